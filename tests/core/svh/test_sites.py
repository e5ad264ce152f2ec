from core.svh import FOOT_EROSION, FOOT_JSN, HAND_EROSION, HAND_JSN, SITE_BY_SUFFIX, SITES, Damage, Limb


def test_counts_are_those_of_the_ra2_table() -> None:
    assert [len(sites) for sites in (HAND_EROSION, HAND_JSN, FOOT_EROSION, FOOT_JSN)] == [16, 15, 6, 6]
    assert 2 * sum(len(sites) for sites in SITES.values()) == 86


def test_maxima_sum_to_the_published_totals() -> None:
    def both_sides(limb: Limb | None = None, damage: Damage | None = None) -> int:
        cells = [site for sites in SITES.values() for site in sites]
        return 2 * sum(s.maximum for s in cells if limb in (None, s.limb) and damage in (None, s.damage))

    assert both_sides(Limb.HAND, Damage.EROSION) == 160
    assert both_sides(Limb.HAND, Damage.JSN) == 120
    assert both_sides(Limb.FOOT, Damage.EROSION) == 120
    assert both_sides(Limb.FOOT, Damage.JSN) == 48
    assert both_sides(Limb.HAND) == 280
    assert both_sides(Limb.FOOT) == 168
    assert both_sides(damage=Damage.EROSION) == 280
    assert both_sides(damage=Damage.JSN) == 168
    assert both_sides() == 448


def test_each_kind_has_one_maximum() -> None:
    assert {site.maximum for site in HAND_EROSION} == {5}
    assert {site.maximum for site in FOOT_EROSION} == {10}
    assert {site.maximum for site in HAND_JSN + FOOT_JSN} == {4}


def test_a_suffix_names_one_site() -> None:
    assert len(SITE_BY_SUFFIX) == 43
    assert SITE_BY_SUFFIX["wrist_J__mna"].joint == "STT"
    assert SITE_BY_SUFFIX["mcp_E__ip"].limb is Limb.HAND
    assert SITE_BY_SUFFIX["mtp_E__ip"].limb is Limb.FOOT


def test_the_thumb_ip_is_eroded_but_not_narrowed() -> None:
    assert "IP1" in {site.joint for site in HAND_EROSION}
    assert "IP1" not in {site.joint for site in HAND_JSN}
