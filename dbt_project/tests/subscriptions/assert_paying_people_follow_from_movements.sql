-- Identity: people who pay today = people who paid yesterday + those who started - those who stopped.
with days as (
    select
        metric_date,
        paying_people,
        started_paying,
        stopped_paying,
        lag(paying_people, 1, cast(0 as bigint)) over (partition by currency order by metric_date) as paid_before
    from {{ ref('subscription_metrics_daily') }}
)

select * from days
where paying_people <> paid_before + started_paying - stopped_paying
