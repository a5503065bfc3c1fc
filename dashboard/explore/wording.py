"""How the Explore page calls what can be picked. Columns keep the names that they have in the marts."""

from dashboard.explore.asked import Shape
from dashboard.translation import N_, _
from schema.repository.questions import Aggregate, Dimension, Grain, Measure, Operator

_GRAINS = {
    Grain.DAY: N_("{column}, by day"),
    Grain.WEEK: N_("{column}, by week"),
    Grain.MONTH: N_("{column}, by month"),
    Grain.QUARTER: N_("{column}, by quarter"),
    Grain.YEAR: N_("{column}, by year"),
}
_AGGREGATES = {
    Aggregate.ROWS: N_("Number of rows"),
    Aggregate.SUM: N_("Sum of {column}"),
    Aggregate.AVERAGE: N_("Average of {column}"),
    Aggregate.MEDIAN: N_("Median of {column}"),
    Aggregate.LEAST: N_("Least {column}"),
    Aggregate.MOST: N_("Most {column}"),
    Aggregate.DIFFERENT: N_("Different values of {column}"),
}
_OPERATORS = {
    Operator.IS: N_("is"),
    Operator.IS_NOT: N_("is not"),
    Operator.HOLDS: N_("holds"),
    Operator.AT_LEAST: N_("is at least"),
    Operator.AT_MOST: N_("is at most"),
    Operator.IS_EMPTY: N_("is empty"),
    Operator.IS_NOT_EMPTY: N_("is not empty"),
}
SHAPES = {
    Shape.LINE: N_("Line"),
    Shape.BAR: N_("Bars"),
    Shape.HEAT: N_("Heat map"),
    Shape.PIVOT: N_("Pivot"),
    Shape.TABLE: N_("Table"),
}


def dimension_name(dimension: Dimension) -> str:
    """What a dimension is called."""
    return _(_GRAINS[dimension.grain], column=dimension.column) if dimension.grain else dimension.column


def measure_name(measure: Measure) -> str:
    """What a measure is called."""
    return _(_AGGREGATES[measure.aggregate], column=measure.column)


def operator_name(operator: Operator) -> str:
    """How a comparison is told."""
    return _(_OPERATORS[operator])
