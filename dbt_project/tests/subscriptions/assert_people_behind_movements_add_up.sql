{{ config(meta={'dagster': {'ref': {'name': 'subscription_movements'}}}) }}
-- What people did, added up, is what each day says, to the cent.
with moved as (
    select
        movement_date as metric_date,
        sum(mrr_change) as mrr_change,
        count(*) filter (where movement = 'churn') as churned_people,
        sum(mrr_change) filter (where movement = 'churn') as churn_mrr
    from {{ ref('subscription_movements') }}
    group by movement_date
),

days as (
    select * from {{ ref('mrr_daily') }}
)

select
    days.metric_date,
    days.mrr - days.opening_mrr as mrr_change,
    moved.mrr_change as mrr_change_of_people
from days
left join moved on days.metric_date = moved.metric_date
where
    days.mrr - days.opening_mrr <> coalesce(moved.mrr_change, 0)
    or days.churned_people <> coalesce(moved.churned_people, 0)
    or days.churn_mrr <> coalesce(moved.churn_mrr, 0)
