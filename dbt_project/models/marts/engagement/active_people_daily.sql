with windows as (
    select * from {{ ref('int_viewer_windows') }}
),

final as (
    select
        period_date as activity_date,
        segment,
        daily_active,
        weekly_active,
        monthly_active,
        {{ ratio('daily_active', 'monthly_active') }} as stickiness
    from windows
)

select * from final
