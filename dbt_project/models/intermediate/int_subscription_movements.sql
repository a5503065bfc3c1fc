with spans as (
    select * from {{ ref('int_subscription_spans') }}
    where not is_trial
),

rates as (
    select * from {{ ref('int_subscription_rates') }}
),

neighbours as (
    select
        user_id,
        currency,
        monthly_price,
        started_on,
        ended_on,
        lag(ended_on) over by_time as ended_on_before,
        lag(currency) over by_time as currency_before,
        lag(monthly_price) over by_time as monthly_price_before,
        lead(started_on) over by_time as started_on_after
    from spans
    window by_time as (partition by user_id order by started_on)
),

-- Both sides of a change are valued at the rate of its day, so that it holds no change of rates.
starts as (
    select
        neighbours.user_id,
        neighbours.started_on as movement_date,
        neighbours.ended_on_before is null as is_first,
        coalesce(neighbours.ended_on_before = neighbours.started_on, false) as is_continued,
        {{ in_usd('neighbours.monthly_price', 'rates.usd_per_unit') }} as mrr,
        {{ in_usd('neighbours.monthly_price_before', 'rates_before.usd_per_unit') }} as mrr_before
    from neighbours
    inner join rates
        on
            neighbours.currency = rates.currency
            and neighbours.started_on >= rates.valid_from
            and neighbours.started_on < rates.valid_until
    left join rates as rates_before
        on
            neighbours.currency_before = rates_before.currency
            and neighbours.started_on >= rates_before.valid_from
            and neighbours.started_on < rates_before.valid_until
),

beginnings as (
    select
        user_id,
        movement_date,
        case
            when is_first then 'new'
            when not is_continued then 'reactivation'
            when mrr > mrr_before then 'expansion'
            else 'contraction'
        end as movement,
        case when is_continued then mrr - mrr_before else mrr end as mrr_change,
        case when is_continued then 0 else 1 end as people_change
    from starts
    where not is_continued or mrr <> mrr_before
),

churn as (
    select
        neighbours.user_id,
        neighbours.ended_on as movement_date,
        'churn' as movement,
        -{{ in_usd('neighbours.monthly_price', 'rates.usd_per_unit') }} as mrr_change,
        -1 as people_change
    from neighbours
    inner join rates
        on
            neighbours.currency = rates.currency
            and neighbours.ended_on >= rates.valid_from
            and neighbours.ended_on < rates.valid_until
    where
        neighbours.ended_on < 'infinity'
        and neighbours.started_on_after is distinct from neighbours.ended_on
),

exchange as (
    select
        neighbours.user_id,
        rates.valid_from as movement_date,
        'exchange' as movement,
        {{ in_usd('neighbours.monthly_price', 'rates.usd_per_unit') }}
        - {{ in_usd('neighbours.monthly_price', 'rates.usd_per_unit_before') }} as mrr_change,
        0 as people_change
    from neighbours
    inner join rates
        on
            neighbours.currency = rates.currency
            and neighbours.started_on < rates.valid_from
            and rates.valid_from <= least(neighbours.ended_on, {{ current_day() }})
    where
        {{ in_usd('neighbours.monthly_price', 'rates.usd_per_unit') }}
        <> {{ in_usd('neighbours.monthly_price', 'rates.usd_per_unit_before') }}
),

movements as (
    select * from beginnings
    union all
    select * from churn
    union all
    select * from exchange
),

final as (
    select
        user_id,
        movement_date,
        movement,
        cast(mrr_change as numeric(18, 2)) as mrr_change,
        people_change
    from movements
)

select * from final
