{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_library__subscriptions'}}}) }}
-- Amounts in these currencies are left out until dbt_project/seeds/currency_rates.csv has a rate for them.
with amounts as (
    select currency from {{ ref('stg_library__subscriptions') }}
    union all
    select currency from {{ ref('stg_library__refunds') }}
),

rates as (
    select * from {{ ref('currency_rates') }}
)

select
    amounts.currency,
    count(*) as amounts_left_out
from amounts
where not exists (select 1 from rates where rates.currency = amounts.currency)
group by amounts.currency
