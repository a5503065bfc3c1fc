-- Analyzed for the same reason as int_activity_days.
{{ config(post_hook='analyze {{ this }}') }}

with prompt_tags as (
    select * from {{ ref('int_prompt_tags') }}
),

prompt_days as (
    select * from {{ ref('int_prompt_days') }}
),

ledger as (
    select * from {{ ref('int_activity_days') }}
),

tagged as (
    select
        prompt_id,
        hashtextextended(prompt_id || ' ' || string_agg(cast(tag_id as text), ' ' order by tag_id), 0) as tagging
    from prompt_tags
    group by prompt_id
),

final as (
    select
        ledger.activity_date,
        ledger.revision,
        bit_xor(tagged.tagging) as tagging
    from prompt_days
    inner join tagged on prompt_days.prompt_id = tagged.prompt_id
    inner join ledger on prompt_days.activity_date = ledger.activity_date
    group by ledger.activity_date, ledger.revision
)

select * from final
