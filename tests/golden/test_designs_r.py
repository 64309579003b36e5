"""Domains, two stages, calibration and lonely strata against R package survey 4.1-1 on 60 made rows.

The rows are made by whole-number rules, the same in R:

    i <- 1:60; h <- rep(1:3, c(24,20,16)); psu <- (ave(i,h,FUN=seq_along)-1) %/% 4
    d <- data.frame(id2=i, h, psu, y=(i*7)%%13+h, z=(i*5)%%11+1, w=10+(i*11)%%7, g=(i*3)%%5<2,
                    c=i%%4, N=c(20,15,8)[h], M=10+2*psu, p=as.numeric((i*3)%%7<2))
    cl  <- svydesign(id=~psu, strata=~h, weights=~w, data=d, nest=TRUE)
    two <- svydesign(id=~psu+id2, strata=~h, fpc=~N+M, data=d, nest=TRUE)
    sg  <- subset(cl, g)

Each expected value stands beside the R call that gave it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from zhiheng.methods.survey.calibration import post_stratify, rake
from zhiheng.methods.survey.design_proportions import DesignMethod, proportion
from zhiheng.methods.survey.designs import Lonely, Subsample, SurveyDesign, domain, survey_design
from zhiheng.methods.survey.estimation import Estimates, design_effect, mean, ratio, total
from zhiheng.methods.survey.quantiles import QuantileMethod, quantiles

i = np.arange(1, 61)
h = np.repeat([1, 2, 3], [24, 20, 16])
psu = np.concatenate([np.arange(size) for size in (24, 20, 16)]) // 4
y, z, w = (i * 7) % 13 + h, (i * 5) % 11 + 1, 10 + (i * 11) % 7
g, c, p = (i * 3) % 5 < 2, i % 4, (i * 3) % 7 < 2
N, M = np.array([20, 15, 8])[h - 1], 10 + 2 * psu
CLASSES = dict(enumerate([200, 180, 190, 210]))


def clustered() -> SurveyDesign:
    return survey_design(weights=w, strata=h, clusters=psu)


def two_stage() -> SurveyDesign:
    return survey_design(strata=h, clusters=psu, population=N, second=Subsample(M))


def same(found: Estimates, value: float | Sequence[float], error: float | Sequence[float]) -> None:
    np.testing.assert_allclose(found.value, value, rtol=1e-12)
    np.testing.assert_allclose(found.standard_error, error, rtol=1e-11)


def test_clusters() -> None:
    design = clustered()
    same(mean(y, design), 7.77179487179487, 0.406828077537237)  # svymean(~y, cl)
    same(total(y, design), 6062, 357.546966611847)  # svytotal(~y, cl)
    same(ratio(y, z, design), 1.26793557833089, 0.107579203108688)  # svyratio(~y, ~z, cl)
    assert float(design_effect(y, design)) == pytest.approx(0.75761343419056, rel=1e-11)
    assert design.degrees_of_freedom == 12  # degf(cl)


def test_two_stages() -> None:
    design = two_stage()
    same(mean(y, design), 7.728555917481, 0.439361143122327)  # svymean(~y, two)
    same(total(y, design), 4745.33333333333, 399.798421429822)  # svytotal(~y, two)
    same(ratio(y, z, design), 1.28861733423852, 0.12666843823063)  # svyratio(~y, ~z, two)
    # svyby(~y, ~g, two, svymean), svyby(~y, ~g, two, svytotal)
    same(mean(y, design, by=g), [7.36669619131975, 8.30154277699860], [0.58015312760215, 0.780293366723426])
    same(total(y, design, by=g), [2772.33333333333, 1973], [346.10856517701, 319.204610451249])


def test_domain() -> None:
    within = domain(clustered(), g)
    same(mean(y, within), 8.09748427672956, 0.696497211184169)  # svymean(~y, sg)
    same(total(y, within), 2575, 327.873247866712)  # svytotal(~y, sg)
    assert float(design_effect(y, within)) == pytest.approx(0.885905235126434, rel=1e-11)
    assert within.degrees_of_freedom == 12  # degf(sg)


def test_groups() -> None:
    design = clustered()
    same(
        mean(y, design, by=c),  # svyby(~y, ~c, cl, svymean)
        [7.57216494845361, 8.11734693877551, 7.26424870466321, 8.12182741116751],
        [1.00677696821937, 0.999969697863864, 1.092458986185266, 1.02965894068983],
    )
    same(
        total(y, design, by=c),  # svyby(~y, ~c, cl, svytotal)
        [1469, 1591, 1402, 1600],
        [212.904516939715, 208.244087551123, 207.647778702302, 194.585114195991],
    )
    same(
        ratio(y, z, design, by=c),  # svyby(~y, ~c, cl, denominator=~z, svyratio)
        [1.20016339869281, 1.37392055267703, 1.10047095761381, 1.42222222222222],
        [0.234304840087162, 0.327061106863846, 0.259805555596708, 0.341713429068795],
    )


def test_quantiles_of_a_domain_without_an_upper_bound() -> None:
    found = quantiles(y, domain(clustered(), g), [0.1, 0.5, 0.9])  # svyquantile(~y, sg, c(.1,.5,.9))
    np.testing.assert_array_equal(found.value, [3, 8, 13])
    np.testing.assert_array_equal(found.lower, [2, 6, 12])
    np.testing.assert_array_equal(found.upper, [7, 11, np.nan])
    np.testing.assert_allclose(found.standard_error, [1.1474138420517, 1.1474138420517, np.nan], rtol=1e-12)


@pytest.mark.parametrize(
    ("method", "bounds", "errors"),
    [
        ("logit", [[3, 7], [8, 9]], [0.917931073641356, 0.229482768410339]),  # interval.type="xlogit"
        ("arcsine", [[3, 6], [8, 9]], [0.688448305231017, 0.229482768410339]),  # interval.type="asin"
    ],
)
def test_quantiles_by_other_intervals(
    method: QuantileMethod, bounds: list[list[int]], errors: list[float]
) -> None:
    found = quantiles(y, clustered(), [0.25, 0.5], method=method)
    np.testing.assert_array_equal(np.stack([found.lower, found.upper], axis=1), bounds)
    np.testing.assert_allclose(found.standard_error, errors, rtol=1e-12)


@pytest.mark.parametrize(
    ("method", "lower", "upper"),
    [  # svyciprop(~p, sg, method=…)
        ("logit", 0.123297100980143, 0.555981484227215),
        ("arcsine", 0.102201471580872, 0.538812850684464),
        ("beta", 0.104920588048417, 0.559391556930882),
        ("mean", 0.0679676409835618, 0.523227327569897),
    ],
)
def test_share_in_a_domain(method: DesignMethod, lower: float, upper: float) -> None:
    found = proportion(p, domain(clustered(), g), method=method)
    assert float(found.value) == pytest.approx(0.29559748427673, abs=1e-13)
    # R fits the logit by iteration and stops at about 1e-12.
    assert [float(found.lower), float(found.upper)] == pytest.approx([lower, upper], abs=2e-12)


def test_post_stratification_of_clusters() -> None:
    design = post_stratify(clustered(), c, CLASSES)  # ps <- postStratify(cl, ~c, totals)
    same(mean(y, design), 7.77095698577116, 0.407587173191819)
    same(total(y, design), 6061.3464489015, 317.917995089619)
    same(ratio(y, z, design), 1.26839300980428, 0.107927370741285)
    same(
        mean(y, design, by=h),  # svyby(~y, ~h, ps, svymean)
        [7.23581081854761, 7.48707129403768, 8.92158836963310],
        [0.742461715428543, 0.665070506241031, 0.568047664199637],
    )
    same(total(y, post_stratify(two_stage(), c, CLASSES)), 6030.48859934853, 341.097563092069)


def test_raking_of_equal_weights() -> None:
    """rake(…, control=list(maxit=200, epsilon=1e-12)) with weights of 12."""
    design = survey_design(weights=np.full(60, 12), strata=h, clusters=psu)
    raked = rake(design, [c, g], [CLASSES, {False: 450, True: 330}], tolerance=1e-15)
    same(mean(y, raked), 7.81870479947403, 0.387294507001217)
    same(total(y, raked), 6098.58974358974, 302.089715460949)


def test_raking_of_unequal_weights_is_rs_calibrate_and_not_rs_rake() -> None:
    """calibrate(cl, ~factor(c)+g, c(780,180,190,210,330), calfun="raking", epsilon=1e-12).

    Raking is calibration with that distance, and R's two ways to it give the same estimates, but not
    the same errors: `rake` projects with equal weights (0.401722563548509 for the mean).
    """
    raked = rake(clustered(), [c, g], [CLASSES, {False: 450, True: 330}])
    found = mean(y, raked)
    assert float(found.value) == pytest.approx(7.77925973175721, rel=1e-9)
    assert float(found.standard_error) == pytest.approx(0.401010757386387, rel=1e-8)
    assert float(total(y, raked).standard_error) == pytest.approx(312.788390761382, rel=1e-8)


LONELY = [  # options(survey.lonely.psu=…): mean, mean with fpc=~N, ratio, mean by g (two groups)
    (
        "certainty",
        0.469274047001643,
        0.389197729830936,
        0.129105287410593,
        (0.713116277391252, 0.821798018980333),
    ),
    (
        "average",
        0.574740982342438,
        0.476667923567688,
        0.158121038625661,
        (0.873385503440798, 1.006492909065931),
    ),
    (
        "adjust",
        0.504913120529797,
        0.426443560143264,
        0.12912124249566,
        (0.818499663622695, 0.834806698583570),
    ),
]


@pytest.mark.parametrize(("choice", "error", "with_population", "of_ratio", "of_groups"), LONELY)
def test_lonely_stratum(
    choice: str, error: float, with_population: float, of_ratio: float, of_groups: tuple[float, float]
) -> None:
    kept = ~((h == 3) & (psu > 0))
    columns = {"weights": w[kept], "strata": h[kept], "clusters": psu[kept]}
    design = survey_design(**columns, lonely=choice)
    finite = survey_design(**columns, population=N[kept], lonely=Lonely(choice))
    same(mean(y[kept], design), 7.55661881977671, error)
    same(mean(y[kept], finite), 7.55661881977671, with_population)
    same(ratio(y[kept], z[kept], design), 1.23192927717109, of_ratio)
    same(mean(y[kept], design, by=g[kept]), [7.46153846153846, 7.7], of_groups)


def test_total_with_a_lonely_stratum_is_centred_and_rs_is_not() -> None:
    """R 4.1-1 takes "adjust" for totals from zero (630.290805898357); its manual says the grand mean."""
    kept = ~((h == 3) & (psu > 0))
    columns = {"weights": w[kept], "strata": h[kept], "clusters": psu[kept]}
    others = total(y[kept], survey_design(**columns, lonely="certainty"))
    assert float(others.standard_error) == pytest.approx(325.063839883799, rel=1e-12)
    per_cluster = np.array(
        [
            (w * y)[kept & (h == stratum) & (psu == k)].sum()
            for stratum, clusters in ((1, 6), (2, 5), (3, 1))
            for k in range(clusters)
        ]
    )
    expected = np.hypot(325.063839883799, per_cluster[-1] - per_cluster.mean())
    found = total(y[kept], survey_design(**columns, lonely="adjust"))
    assert float(found.standard_error) == pytest.approx(expected, rel=1e-12)
