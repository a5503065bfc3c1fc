-- One state of the tags for all models of a run, as int_activity_days is of the days.
with heads as (
    select * from {{ ref('stg_library__prompt_heads') }}
),

prompt_tags as (
    select * from {{ ref('stg_library__prompt_tags') }}
),

final as (
    select
        heads.prompt_id,
        heads.head_id,
        prompt_tags.tag_id
    from heads
    inner join prompt_tags on heads.head_id = prompt_tags.prompt_id
)

select * from final
