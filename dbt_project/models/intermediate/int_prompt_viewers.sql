{{
    config(
        tags=['lake', 'lake_only'],
        contract={'enforced': true},
        materialized='incremental',
        incremental_strategy='delete+insert',
        on_schema_change='append_new_columns',
        unique_key=['prompt_id', 'viewer'],
        pre_hook="{{ forget_vanished_viewers() }}",
        indexes=[
            {'columns': ['prompt_id', 'viewer'], 'unique': true},
            {'columns': ['activity_date', 'revision']}
        ]
    )
}}

with ledger as (
    select * from {{ ref('int_activity_days') }}
),

firsts as (
    {{ first_views() }}
),

final as (
    select
        firsts.prompt_id,
        firsts.viewer,
        firsts.activity_date,
        ledger.revision
    from firsts
    inner join ledger on firsts.activity_date = ledger.activity_date
)

select * from final
