"""A reading as a DICOM Structured Report (TID 1500); `core.report.report_reading` is the way back.

One measurement group a joint and side: finding site is the hand or foot (SNOMED CT) with its laterality and, as the
topographical modifier, the joint; measurements are the erosion and the narrowing points, and the joint-space width in
mm. For what has no standard code the private scheme `99SVH` is used: joints by their names here (`MCP2`, `CAPNLUN`, see
`core.svh.SITES`), `erosion`, `jsn`, `jsw_mean` and the other lengths of `core.report.joint_spaces`, `NS` (looked at,
not scorable) and `changed` (the points are a person's).

Positions point at our secondary captures, also where the film came as DICOM: its UIDs would identify the upload, so a
`Radiograph` does not keep them.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import numpy as np
import pydicom
from highdicom import sr
from highdicom.sr import CodedConcept
from pydicom.sr.coding import Code

from core.radiograph import display_text
from core.report.dicom_identity import MANUFACTURER, file_bytes, fix_identity, study_uid, uid_of
from core.report.joint_spaces import space_measurements
from core.report.readings import film_row
from core.report.secondary_capture import secondary_captures
from core.report.visit_report import VisitReport
from core.svh import INTENDED_USE, SITES, Damage, Limb, Side

SCHEME = "99SVH"
LIMB_CODE = {Limb.HAND: Code("85562004", "SCT", "Hand"), Limb.FOOT: Code("56459004", "SCT", "Foot")}
SIDE_CODE = {Side.L: Code("7771000", "SCT", "Left"), Side.R: Code("24028007", "SCT", "Right")}
DAMAGE_CODE = {
    Damage.EROSION: Code("erosion", SCHEME, "Sharp/van der Heijde erosion points"),
    Damage.JSN: Code("jsn", SCHEME, "Sharp/van der Heijde joint-space narrowing points"),
}
NOT_SCORABLE, CHANGED = Code("NS", SCHEME, "Not scorable"), Code("changed", SCHEME, "Points changed by a person")
UNIT = Code("{score}", "UCUM", "score")


def structured_report(report: VisitReport) -> tuple[pydicom.Dataset, dict[str, pydicom.Dataset]]:
    """The report, and the secondary captures (by the film's SHA-256) in which it places the joints.

    The report is not verified. Joints of films without pixels have no place in it. Identifiers follow from the content.
    Where the report has a source, joints lie in the images of the archive, and the captures are evidence beside them.

    Raises: ValueError if no film of the visit is scored with a known side, or none has pixels.
    Source: PS3.16 TID 1500, TID 1410, TID 1501.
    """
    captures = secondary_captures(report)
    if not captures:
        raise ValueError("a DICOM report needs the picture of at least one film; add the films again")
    images = {digest: _placed_in(report, digest, capture) for digest, capture in captures.items()}
    groups = list(_groups(report, images))
    if not groups:
        raise ValueError("a DICOM report needs a film that is scored and whose side is known")
    study, state = study_uid(report), _state(report)
    # Copies: highdicom shares elements with its evidence, and `fix_identity` writes into them.
    sources = [] if report.source is None else deepcopy(list(report.source.images.values()))
    content = sr.MeasurementReport(
        observation_context=sr.ObservationContext(
            observer_device_context=sr.ObserverContext(
                observer_type=CodedConcept("121007", "DCM", "Device"),
                observer_identifying_attributes=sr.DeviceObserverIdentifyingAttributes(
                    uid=uid_of("device", report.weights_line),
                    name="SvH model reader",
                    manufacturer_name=MANUFACTURER,
                    model_name=f"weights {report.weights_line}"[:64],
                ),
            )
        ),
        procedure_reported=Code("363680008", "SCT", "Radiographic imaging procedure"),
        imaging_measurements=groups,
        title=Code("126000", "DCM", "Imaging Measurement Report"),
        referenced_images=list(captures.values()),  # the library asks more of a source than archives tell
    )
    content[0].ContentSequence.append(
        sr.TextContentItem(
            name=Code("121106", "DCM", "Comment"),
            value=INTENDED_USE,
            relationship_type=sr.RelationshipTypeValues.CONTAINS,
        )
    )
    about = [f"Visit: {report.visit_date}"] if report.visit_date else []
    about += [f"Reader: {display_text(report.reader)}"] if report.reader else []
    for line in (*about, report.status_line):
        content[0].ContentSequence.append(
            sr.TextContentItem(
                name=Code("121106", "DCM", "Comment"),
                value=line,
                relationship_type=sr.RelationshipTypeValues.CONTAINS,
            )
        )
    for number, film in enumerate(report.visit.films, start=1):
        for note in (*film.flags, *film.notes):  # never the name of the file: it may hold a person's
            content[0].ContentSequence.append(
                sr.TextContentItem(
                    name=Code("121106", "DCM", "Comment"),
                    value=f"Film {number}: {note}",
                    relationship_type=sr.RelationshipTypeValues.CONTAINS,
                )
            )
    made = sr.ComprehensiveSR(
        evidence=[*sources, *captures.values()],
        content=content,
        series_instance_uid=uid_of("reports", study),
        series_number=2,
        sop_instance_uid=uid_of("report", study, state),
        instance_number=1,
        manufacturer=MANUFACTURER,
        is_complete=True,
        is_verified=False,
        series_description="SvH points, research only",
    )
    fix_identity(made, report)
    return made, captures


def _placed_in(report: VisitReport, digest: str, capture: pydicom.Dataset) -> pydicom.Dataset:
    """The image in whose pixels the joints of a film are given: the archive's own, or the capture."""
    return capture if report.source is None else report.source.images.get(digest, capture)


def report_zip(report: VisitReport) -> bytes:
    """A zip of `report.dcm` and the captures that it points at (`film1.dcm` ..); same report, same bytes.

    Raises: ValueError as `structured_report` does.
    """
    made, captures = structured_report(report)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        names = ["report.dcm", *(f"film{n}.dcm" for n in range(1, len(captures) + 1))]
        for name, dataset in zip(names, (made, *captures.values()), strict=True):
            archive.writestr(zipfile.ZipInfo(name), file_bytes(dataset), zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo("INTENDED_USE.txt"), INTENDED_USE + "\n")
    return out.getvalue()


def _state(report: VisitReport) -> str:
    """A digest of everything that the report says."""
    rows = [film_row(film) for film in report.visit.films]
    edited = sorted(f"{side.value}{site.suffix}{site.limb.value}" for side, site in report.edited)
    whole = [rows, edited, report.weights_line, report.made_on.isoformat()]
    whole += [report.visit_date, report.reader, report.status_line]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def _groups(
    report: VisitReport, images: Mapping[str, pydicom.Dataset]
) -> Iterator[sr.MeasurementsAndQualitativeEvaluations | sr.PlanarROIMeasurementsAndQualitativeEvaluations]:
    algorithm = sr.AlgorithmIdentification(name="SvH model reader", version=report.weights_line)
    for film in report.visit.counted:
        if film.limb is None or film.side is None:
            continue
        places = {joint.name: (joint.x, joint.y) for joint in film.joints}
        points = {cell.site: cell.points for cell in film.cells}
        for joint in dict.fromkeys(site.joint for site in SITES[film.limb] if site in points):
            sites = [site for site in SITES[film.limb] if site.joint == joint and site in points]
            name = f"{film.side.value}{film.limb.value[0]} {joint}"
            common: dict[str, Any] = {
                "tracking_identifier": sr.TrackingIdentifier(
                    uid=uid_of("joint", study_uid(report), name), identifier=name
                ),
                "finding_sites": [
                    sr.FindingSite(
                        LIMB_CODE[film.limb],
                        laterality=SIDE_CODE[film.side],
                        topographical_modifier=CodedConcept(joint, SCHEME, joint),
                    )
                ],
                "algorithm_id": algorithm,
                "measurements": [
                    sr.Measurement(DAMAGE_CODE[site.damage], float(value), UNIT)
                    for site in sites
                    if (value := points[site]) is not None
                ]
                + space_measurements(film.joint_space(joint), SCHEME),
                "qualitative_evaluations": [
                    sr.QualitativeEvaluation(DAMAGE_CODE[site.damage], NOT_SCORABLE)
                    for site in sites
                    if points[site] is None
                ]
                + [
                    sr.QualitativeEvaluation(CHANGED, DAMAGE_CODE[site.damage])
                    for site in sites
                    if (film.side, site) in report.edited
                ],
            }
            image = images.get(film.sha256)
            if image is None or joint not in places:
                yield sr.MeasurementsAndQualitativeEvaluations(**common)
                continue
            x, y = places[joint]
            place = np.array([[x * image.Columns / film.width, y * image.Rows / film.height]])
            region = sr.ImageRegion(
                graphic_type=sr.GraphicTypeValues.POINT,
                graphic_data=np.clip(place, 0, [[image.Columns, image.Rows]]),
                source_image=sr.SourceImageForRegion(image.SOPClassUID, image.SOPInstanceUID),
            )
            yield sr.PlanarROIMeasurementsAndQualitativeEvaluations(referenced_region=region, **common)
