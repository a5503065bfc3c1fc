{# How long a search waits for what follows it, and how long after sign-up a like or copy is an activation. #}
{% macro follow_up_time() -%} interval '5 minutes' {%- endmacro %}
{% macro activation_time() -%} interval '168 hours' {%- endmacro %}

{#
    A query as it is counted: one form of each letter, small letters, single spaces; e-mail addresses are not kept. What
    PostgreSQL takes for a space is told to Spark letter by letter: of all others, NFKC leaves none.
#}
{% macro normalized_query(query) -%}
    {%- if on_spark() -%}
        {%- set space = '\\x09-\\x0d \\u1680\\u2028\\u2029' -%}
        regexp_replace(
            trim(regexp_replace(lower_nfkc({{ query }}), '[{{ space }}]+', ' ')),
            '[^{{ space }}]+@[^{{ space }}]+\.[^{{ space }}]+',
            '(address)'
        )
    {%- else -%}
        regexp_replace(
            trim(regexp_replace(lower(normalize({{ query }}, nfkc)), '\s+', ' ', 'g')), '\S+@\S+\.\S+', '(address)', 'g'
        )
    {%- endif -%}
{%- endmacro %}

{#
    The language that a query's script tells; other where several languages share it, as the Latin one. Null for null.
#}
{% macro language_of_query(query) -%}
    case
        when {{ matches(query, "'[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]'") }} then 'ko'
        when {{ matches(query, "'[\u3040-\u30ff]'") }} then 'ja'
        when {{ matches(query, "'[\u3400-\u4dbf\u4e00-\u9fff]'") }} then 'zh'
        when {{ query }} is not null then 'other'
    end
{%- endmacro %}

{# Post-hook of search_queries: who searched for what is kept no longer than its longest window needs it. #}
{% macro forget_searchers() -%}
    update {{ ref('int_search_query_days') }} set searchers = null
    where
        searchers is not null
        and activity_date <= (select max(ledger.activity_date) - 90 from {{ ref('int_activity_days') }} as ledger)
{%- endmacro %}

{# A part of a whole, null where there is no whole. #}
{% macro ratio(part, whole) -%}
    cast({{ part }} as double precision) / nullif({{ whole }}, 0)
{%- endmacro %}

{#
    What the top `percent` of `people` have of all: the best ceil(people * percent / 100), so at least one. Aggregates
    over people with a `value` and its `place`, 1 for the largest.
#}
{% macro top_share(value, place, people, percent) -%}
    {{ ratio(
        'sum(' ~ value ~ ') filter (where ' ~ place ~ ' <= ceil(' ~ people ~ ' * ' ~ percent ~ ' / 100.0))',
        'sum(' ~ value ~ ')'
    ) }}
{%- endmacro %}

{#
    Gini coefficient: 0 where all have the same, (n - 1) / n where one has everything, null where nobody has anything.
    G = 2 * sum(i * x_i) / (n * sum(x_i)) - (n + 1) / n, with x_1 the smallest: Damgaard and Weiner, Describing
    inequality in plant size or fecundity, Ecology 81 (2000), 1139-1142. Here i is n + 1 - place.
#}
{% macro gini(value, place, people) -%}
    cast(
        2.0 * sum((1 + {{ people }} - {{ place }}) * {{ value }}) / nullif(max({{ people }}) * sum({{ value }}), 0)
        - (max({{ people }}) + 1.0) / max({{ people }})
        as double precision
    )
{%- endmacro %}
