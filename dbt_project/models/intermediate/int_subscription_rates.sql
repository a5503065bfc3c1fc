with rates as (
    select * from {{ ref('currency_rates') }}
),

final as (
    select
        currency,
        case
            when lag(valid_from) over by_date is null then cast('-infinity' as date)
            else valid_from
        end as valid_from,
        coalesce(lead(valid_from) over by_date, cast('infinity' as date)) as valid_until,
        usd_per_unit,
        lag(usd_per_unit) over by_date as usd_per_unit_before
    from rates
    window by_date as (partition by currency order by valid_from)
)

select * from final
