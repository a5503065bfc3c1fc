{#
    The scores of rankings, each formula once. Scores are rounded to seven decimals, as Reddit's are: the last bit of a
    machine's arithmetic decides no rank.
#}

{% macro score(expression) -%}
    cast(round(cast({{ expression }} as numeric), 7) as double precision)
{%- endmacro %}

{#
    Hot, of Reddit (r2/lib/db/_sorts.pyx): log10(max(score, 1)) + seconds / 45000, where the seconds count from
    2005-12-08 07:46:43 UTC, Reddit's epoch. Ten times the likes make up for 12.5 hours of age. Likes are never
    negative, so the sign of the original is always plus.
#}
{% macro hot_likes(likes) -%}
    {{ score('log(cast(greatest(' ~ likes ~ ', 1) as double precision))') }}
{%- endmacro %}

{% macro hot_age(created_at) -%}
    {{ score("extract(epoch from " ~ created_at ~ " - timestamp with time zone '2005-12-08 07:46:43+00') / 45000") }}
{%- endmacro %}

{% macro hot(likes, created_at) -%}
    {{ score(hot_likes(likes) ~ ' + ' ~ hot_age(created_at)) }}
{%- endmacro %}

{#
    Best, of Reddit (Wilson, Probable Inference, JASA 1927; E. Miller, How Not To Sort By Average Rating, 2009): the
    share of viewers who like is above this with 90 % confidence (z = 1.2816). Nobody seen, nothing shown: 0. `likes`
    must not exceed `viewers`.
#}
{% macro wilson_lower_bound(likes, viewers, z=1.2816) -%}
    {%- set n = 'nullif(cast(' ~ viewers ~ ' as double precision), 0)' -%}
    {%- set share = '(' ~ likes ~ ' / ' ~ n ~ ')' -%}
    {%- set middle = share ~ ' + ' ~ z ** 2 ~ ' / (2 * ' ~ n ~ ')' -%}
    {%- set variance = share ~ ' * (1 - ' ~ share ~ ') / ' ~ n ~ ' + ' ~ z ** 2 ~ ' / (4 * ' ~ n ~ ' ^ 2)' -%}
    coalesce({{ score(
        '(' ~ middle ~ ' - ' ~ z ~ ' * sqrt(' ~ variance ~ ')) / (1 + ' ~ z ** 2 ~ ' / ' ~ n ~ ')'
    ) }}, 0)
{%- endmacro %}

{#
    Rising: this window over the one before it, both with the same number added (additive smoothing; Manning, Raghavan,
    Schuetze, Introduction to Information Retrieval, 13.2), so that a handful of viewers is no sensation.
#}
{% macro rising(viewers, viewers_before, smoothing=10) -%}
    {{ score(
        '(' ~ viewers ~ ' + ' ~ smoothing ~ ') / cast(' ~ viewers_before ~ ' + ' ~ smoothing ~ ' as double precision)'
    ) }}
{%- endmacro %}

{#
    Bayesian average: the like rate as if `weight` more viewers had liked at the rate of the prior (the mean of a beta
    distribution; IMDb's weighted rating is the same formula).
#}
{% macro bayesian_average(likes, viewers, prior, weight=20) -%}
    {{ score('(' ~ weight ~ ' * ' ~ prior ~ ' + ' ~ likes ~ ') / (' ~ weight ~ ' + ' ~ viewers ~ ')') }}
{%- endmacro %}

{# A prompt's place in its window by a figure, the best first; ties down to the older prompt. None without the figure. #}
{% macro rank_in_window(figure) -%}
    case when {{ figure }} is not null then row_number() over (
        partition by ranking_window
        order by
            {{ figure }} desc nulls last, likes desc, unique_viewers desc, views desc, copies desc, prompt_id asc
    ) end
{%- endmacro %}
