"""Satisfaction with public services: domains of questions, strata of residents, an index of 0 to 100.

No path model: the index of a domain is the weighted mean of its respondents, the overall index the
weighted mean of the domains. Who did not use a service is not asked about it, so a domain speaks of those
who answered. The weights of domains are the publisher's; equal ones are ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhiheng.methods.errors import N_, InvalidInput
from zhiheng.methods.satisfaction.answers import numbers
from zhiheng.methods.satisfaction.model import Floats
from zhiheng.methods.survey.designs import SurveyDesign
from zhiheng.methods.survey.estimation import Estimates, ratio, summarised
from zhiheng.methods.survey.linearisation import Scope


@dataclass(frozen=True, slots=True, eq=False)
class ServiceSatisfaction:
    """Indices of 0 to 100 with design-based standard errors and t intervals.

    Attributes
    ----------
    overall : Estimates
        Weighted mean of the domains.
    domains : mapping of str to Estimates
        Each domain, over the respondents who answered at least one of its questions.
    questions : mapping of str to Estimates
        Each question, over those who answered it.
    domain_weights : mapping of str to float
        Adding up to 1.
    answered : mapping of str to int
        Respondents of each domain.
    """

    overall: Estimates
    domains: Mapping[str, Estimates]
    questions: Mapping[str, Estimates]
    domain_weights: Mapping[str, float]
    answered: Mapping[str, int]


def service_satisfaction(
    values: ArrayLike,
    domains: Mapping[str, Sequence[int]],
    design: SurveyDesign,
    *,
    scale: tuple[float, float] = (1.0, 10.0),
    domain_weights: Mapping[str, float] | None = None,
    level: float = 0.95,
) -> ServiceSatisfaction:
    r"""Index of each domain and of all domains together.

    A respondent's mark in a domain is the mean of the questions answered there, on 0 to 100. With
    weights w of the design and :math:`r_{id}=1` for those who answered in domain d,

    .. math:: I_d=\frac{\sum_i w_ir_{id}y_{id}}{\sum_i w_ir_{id}},\qquad I=\sum_d\omega_dI_d .

    The influence of a respondent on I is :math:`\sum_d\omega_dr_{id}(y_{id}-I_d)/\sum wr_d`, and the
    variance that of the design (`survey.linearisation`): domains answered by the same people are not
    independent.

    Parameters
    ----------
    values : array_like, shape (n, p)
        Answers; NaN where a question was not answered or did not apply.
    domains : mapping of str to sequence of int
        Columns of each domain.
    design : SurveyDesign
        Strata, clusters and weights of the n respondents (`survey.designs.survey_design`).
    scale : (low, high)
        Ends of the scale of the answers.
    domain_weights : mapping of str to float, optional
        Above 0, for each domain; equal without them.
    level : float, default 0.95

    Raises
    ------
    InvalidInput
        `answers.not_numbers`, `answers.scale`, `service.shape`, `service.domain_empty`,
        `service.outside_scale`, `service.domain_weights`, `service.no_answers`, and what the design's
        estimators raise.

    References
    ----------
    W. G. Cochran (1977), Sampling Techniques, 3rd ed., ch. 5 and 6. D. A. Binder (1983), International
    Statistical Review 51, 279-292.
    """
    array = _checked(values, design, scale)
    weights = _domain_weights(domains, domain_weights)
    reached = 100.0 * (array - scale[0]) / (scale[1] - scale[0])
    found, influence, answered = {}, np.zeros(array.shape[0]), {}
    for name, columns in domains.items():
        marks, asked = _marks(reached, name, columns)
        estimate = _mean_of(marks, asked, design, level, name)
        found[name], answered[name] = estimate, int(np.count_nonzero(asked))
        below = float((design.weights * asked).sum())
        influence += weights[name] * asked * (marks - float(estimate.value)) / below
    questions = {}
    for name, columns in domains.items():
        for column in columns:
            marks, asked = _marks(reached, name, [column])
            questions[f"{name}[{column}]"] = _mean_of(marks, asked, design, level, name)
    value = np.array([sum(weights[name] * float(one.value) for name, one in found.items())])
    overall = summarised(value, influence, design, Scope(None, None, 1), level, None)
    return ServiceSatisfaction(
        overall,
        MappingProxyType(found),
        MappingProxyType(questions),
        MappingProxyType(weights),
        MappingProxyType(answered),
    )


def _mean_of(
    marks: Floats, asked: NDArray[np.bool_], design: SurveyDesign, level: float, name: str
) -> Estimates:
    if not (design.weights * asked).any():
        raise InvalidInput(
            "service.no_answers",
            N_("Nobody answered a question of the domain %(domain)s."),
            N_("Take the domain out of the survey; no answers are no satisfaction of 0."),
            domain=name,
        )
    return ratio(marks, asked.astype(np.float64), design, level=level)


def _marks(reached: Floats, name: str, columns: Sequence[int]) -> tuple[Floats, NDArray[np.bool_]]:
    if not len(columns) or not all(0 <= column < reached.shape[1] for column in columns):
        raise InvalidInput(
            "service.domain_empty",
            N_("The domain %(domain)s has no questions, or one that is no column of the answers."),
            N_("Give the columns of its questions, from 0 to %(last)d."),
            domain=name,
            last=reached.shape[1] - 1,
        )
    part = reached[:, list(columns)]
    given = ~np.isnan(part)
    number = given.sum(axis=1)
    marks = np.where(given, part, 0.0).sum(axis=1) / np.maximum(number, 1)
    return marks, number > 0


def _checked(values: ArrayLike, design: SurveyDesign, scale: tuple[float, float]) -> Floats:
    array = numbers(values)
    if array.ndim != 2 or array.shape[0] != design.weights.size:
        raise InvalidInput(
            "service.shape",
            N_("Answers of shape %(shape)s for a design of %(rows)d respondents."),
            N_("Give one row for each respondent of the design, one column for each question."),
            shape=str(array.shape),
            rows=design.weights.size,
        )
    if not (scale[0] < scale[1] and np.isfinite(scale).all()):
        raise InvalidInput(
            "answers.scale",
            N_("The scale from %(low)s to %(high)s is no scale."),
            N_("Give two finite ends, low below high, for all indicators or for each."),
            low=str(scale[0]),
            high=str(scale[1]),
        )
    outside = (array < scale[0]) | (array > scale[1])
    if outside.any():
        row, column = np.argwhere(outside)[0]
        raise InvalidInput(
            "service.outside_scale",
            N_("The answer in row %(row)d, column %(column)d is %(value)s, outside %(low)s to %(high)s."),
            N_("Correct the cell, or the scale; codes for no answer have to be empty cells."),
            row=int(row),
            column=int(column),
            value=float(array[row, column]),
            low=scale[0],
            high=scale[1],
        )
    return array


def _domain_weights(
    domains: Mapping[str, Sequence[int]], given: Mapping[str, float] | None
) -> dict[str, float]:
    chosen = dict.fromkeys(domains, 1.0) if given is None else dict(given)
    usable = bool(chosen) and all(np.isfinite(one) and one > 0 for one in chosen.values())
    if not usable or set(chosen) != set(domains):
        raise InvalidInput(
            "service.domain_weights",
            N_("The weights of the domains are not one number above 0 for each of: %(domains)s."),
            N_("Give each domain a weight above 0, or none to weigh them equally."),
            domains=", ".join(domains),
        )
    total = sum(chosen.values())
    return {name: chosen[name] / total for name in domains}
