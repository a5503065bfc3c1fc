{{ config(meta={'dagster': {'ref': {'name': 'mrr_monthly'}}}) }}
-- Identity, to the cent and to the person: MRR(t) = MRR(t-1) + movements, by day and by month.
with figures as (
    select
        'day' as grain,
        metric_date as starts_on,
        opening_mrr,
        new_mrr + expansion_mrr + contraction_mrr + churn_mrr + reactivation_mrr + exchange_mrr as mrr_change,
        mrr,
        new_people + reactivated_people - churned_people as people_change,
        paying_people
    from {{ ref('mrr_daily') }}
    union all
    select
        'month' as grain,
        metric_month as starts_on,
        opening_mrr,
        new_mrr + expansion_mrr + contraction_mrr + churn_mrr + reactivation_mrr + exchange_mrr as mrr_change,
        mrr,
        new_people + reactivated_people - churned_people as people_change,
        paying_people
    from {{ ref('mrr_monthly') }}
),

beside as (
    select
        *,
        lag(mrr, 1, cast(0 as numeric(18, 2))) over (partition by grain order by starts_on) as mrr_before,
        lag(paying_people, 1, cast(0 as bigint)) over (partition by grain order by starts_on) as people_before
    from figures
)

select * from beside
where
    opening_mrr <> mrr_before
    or mrr <> mrr_before + mrr_change
    or paying_people <> people_before + people_change
