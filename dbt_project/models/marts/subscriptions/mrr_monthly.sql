with days as (
    select * from {{ ref('mrr_daily') }}
),

changes as (
    select * from {{ ref('int_subscription_month_changes') }}
),

months as (
    select
        {{ first_day_of('month', 'days.metric_date') }} as metric_month,
        (array_agg(opening_mrr order by metric_date))[1] as opening_mrr,
        {% for movement in ['new', 'expansion', 'contraction', 'churn', 'reactivation', 'exchange'] %}
            sum({{ movement }}_mrr) as {{ movement }}_mrr,
        {% endfor %}
        (array_agg(mrr order by metric_date desc))[1] as mrr,
        sum(new_people) as new_people,
        sum(reactivated_people) as reactivated_people,
        sum(churned_people) as churned_people,
        (array_agg(paying_people order by metric_date desc))[1] as paying_people,
        sum(refunds) as refunds,
        sum(refunded) as refunded
    from days
    group by metric_month
),

-- Of those who paid when the month began, only those to whom something happened have a row.
losses as (
    select
        metric_month,
        count(*) filter (where is_lost) as lost_people,
        sum(opening_mrr - least(opening_mrr, retained_mrr)) as lost_mrr,
        sum(retained_mrr - opening_mrr) as net_change
    from changes
    group by metric_month
),

rates as (
    select
        months.*,
        {{ month_after('months.metric_month') }} <= {{ current_day() }} as is_complete,
        months.paying_people - months.new_people - months.reactivated_people + months.churned_people as opening_people,
        coalesce(losses.lost_people, 0) as lost_people,
        coalesce(losses.lost_mrr, 0) as lost_mrr,
        coalesce(losses.net_change, 0) as net_change,
        months.mrr / nullif(months.paying_people, 0) as arpu
    from months
    left join losses on months.metric_month = losses.metric_month
),

final as (
    select
        metric_month,
        is_complete,
        cast(opening_mrr as numeric(18, 2)) as opening_mrr,
        {% for movement in ['new', 'expansion', 'contraction', 'churn', 'reactivation', 'exchange'] %}
            cast({{ movement }}_mrr as numeric(18, 2)) as {{ movement }}_mrr,
        {% endfor %}
        cast(mrr as numeric(18, 2)) as mrr,
        cast(12 * mrr as numeric(18, 2)) as arr,
        cast(opening_people as bigint) as opening_people,
        cast(new_people as bigint) as new_people,
        cast(reactivated_people as bigint) as reactivated_people,
        cast(churned_people as bigint) as churned_people,
        cast(paying_people as bigint) as paying_people,
        cast(round(arpu, 2) as numeric(18, 2)) as arpu,
        cast(lost_people as bigint) as lost_people,
        case when is_complete then cast(lost_people / nullif(opening_people, 0) as double precision) end
            as logo_churn_rate,
        case when is_complete then cast(1 - lost_mrr / nullif(opening_mrr, 0) as double precision) end
            as gross_revenue_retention,
        case when is_complete then cast(1 + net_change / nullif(opening_mrr, 0) as double precision) end
            as net_revenue_retention,
        case
            when is_complete
                then cast(
                    (new_mrr + expansion_mrr + reactivation_mrr) / nullif(-contraction_mrr - churn_mrr, 0)
                    as double precision
                )
        end as quick_ratio,
        case
            when is_complete
                then cast(round(arpu * opening_people / nullif(lost_people, 0), 2) as numeric(18, 2))
        end as ltv,
        cast(refunds as bigint) as refunds,
        cast(refunded as numeric(18, 2)) as refunded
    from rates
)

select * from final
