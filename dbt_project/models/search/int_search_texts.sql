{{ config(materialized='view') }}

-- A PRO prompt is two documents: what everybody may find it by, and what those may who read PRO.
with prompts as (
    select
        id as prompt_id,
        title,
        description,
        prompt_text,
        access,
        language,
        content_hash
    from {{ source('library', 'prompts') }}
    where archived_at is null
),

tags as (
    select
        prompt_tags.prompt_id,
        string_agg(tags.tag_name, ' ' order by tags.tag_name) as tag_names
    from {{ ref('stg_library__prompt_tags') }} as prompt_tags
    inner join {{ ref('stg_library__tags') }} as tags on prompt_tags.tag_id = tags.tag_id
    group by prompt_tags.prompt_id
),

audiences (audience, access, has_text) as (
    values ('free', 'FREE', true), ('card', 'PRO', false), ('pro', 'PRO', true)
),

final as (
    select
        prompts.prompt_id,
        audiences.audience,
        prompts.title,
        concat_ws(E'\n', prompts.description, tags.tag_names, case when audiences.has_text then prompts.prompt_text end)
            as body,
        prompts.language,
        hashtextextended(
            concat_ws(
                E'\x1f', prompts.title, prompts.description, tags.tag_names, prompts.language,
                encode(prompts.content_hash, 'hex')
            ),
            0
        ) as fingerprint
    from prompts
    inner join audiences on prompts.access = audiences.access
    left join tags on prompts.prompt_id = tags.prompt_id
)

select * from final
