{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_library__subscriptions'}}}) }}
-- Subscriptions in these currencies are left out until dbt_project/seeds/currency_rates.csv has a rate for them.
with spans as (
    select * from {{ ref('stg_library__subscriptions') }}
),

rates as (
    select * from {{ ref('currency_rates') }}
)

select
    spans.currency,
    count(*) as spans_left_out
from spans
where not exists (select 1 from rates where rates.currency = spans.currency)
group by spans.currency
