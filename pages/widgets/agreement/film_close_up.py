"""A film at one joint: the close-up, and the whole film with a frame where it is."""

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw

from core.reading_desk import ReadFilm
from core.svh.words import SKY_BLUE, film_name, joint_name

HALF_MM, HALF_SHARE = 16.0, 0.09  # of the close-up; a share of the film's longer side where no scale is known
PICTURE_PX = 350  # fits a telephone


def film_close_up(film: ReadFilm, joint: str, title: str) -> None:
    """The joint enlarged beside the whole film; the whole film alone where the joint's place is not known."""
    grey = Image.fromarray(np.round(film.radiograph.pixels * 255).astype(np.uint8))
    whole = grey.convert("RGB")
    pictures, names = [], []
    if joint in film.joints:
        box = close_up_box(film, joint)
        pictures.append(grey.crop(box).resize((PICTURE_PX, PICTURE_PX), Image.Resampling.LANCZOS).convert("RGB"))
        names.append(f"{title}: {joint_name(joint)}")
        ImageDraw.Draw(whole).rectangle(box, outline=SKY_BLUE, width=max(2, max(grey.size) // 200))
    whole.thumbnail((PICTURE_PX, PICTURE_PX))
    pictures.append(whole)
    place = "the frame is the close-up" if joint in film.joints else f"the place of {joint_name(joint)} is not stored"
    names.append(f"{film_name(film.limb, film.side)}; {place}")
    with st.container(horizontal=True, gap="small"):
        for picture, name in zip(pictures, names, strict=True):
            st.image(picture, caption=name, width=picture.width, alt=name)


def close_up_box(film: ReadFilm, joint: str) -> tuple[int, int, int, int]:
    """Left, top, right and bottom in pixels of a square round a joint; it may reach beyond the film."""
    shot, (x, y) = film.radiograph, film.joints[joint]
    half = HALF_MM / shot.spacing_mm if shot.spacing_mm else HALF_SHARE * max(shot.pixels.shape)
    return round(x - half), round(y - half), round(x + half), round(y + half)
