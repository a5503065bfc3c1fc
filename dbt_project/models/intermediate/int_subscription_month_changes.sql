with movements as (
    select * from {{ ref('int_subscription_movements') }}
),

running as (
    select
        user_id,
        movement_date,
        movement,
        mrr_change,
        people_change,
        sum(mrr_change) over by_time as mrr,
        sum(people_change) over by_time as is_paying
    from movements
    -- A day's change of rates comes before what else happened on it, as it is valued at the new rate.
    window by_time as (
        partition by user_id
        order by movement_date, movement <> 'exchange'
        rows unbounded preceding
    )
),

months as (
    select
        user_id,
        {{ first_day_of('month', 'movement_date') }} as metric_month,
        (array_agg(mrr - mrr_change order by movement_date, movement <> 'exchange'))[1] as opening_mrr,
        (array_agg(is_paying - people_change order by movement_date, movement <> 'exchange'))[1] = 1 as was_paying,
        sum(people_change) as people_change,
        coalesce(sum(mrr_change) filter (where movement <> 'exchange'), 0) as mrr_change
    from running
    group by 1, 2
),

final as (
    select
        user_id,
        metric_month,
        cast(opening_mrr as numeric(18, 2)) as opening_mrr,
        people_change = -1 as is_lost,
        cast(case when people_change = -1 then 0 else greatest(opening_mrr + mrr_change, 0) end as numeric(18, 2))
            as retained_mrr
    from months
    where was_paying
)

select * from final
