{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        indexes=[{'columns': ['generation'], 'unique': true}]
    )
}}

select {{ run_moment() }} as generation
where {{ is_time_to_pack() }}
