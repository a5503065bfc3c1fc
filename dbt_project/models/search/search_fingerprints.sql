{{ config(materialized='table', unlogged=true) }}

-- What a prompt is found by, as a number that is another one as soon as anything of it changes. A PRO prompt is two
-- documents: what everybody may find it by, and what those may who read PRO.
with prompts as (
    select
        id as prompt_id,
        title,
        description,
        access,
        language,
        content_hash
    from {{ source('library', 'prompts') }}
    where archived_at is null
),

tags as (
    select
        prompt_tags.prompt_id,
        bit_xor(hashtextextended(tags.tag_name, 0)) as fingerprint
    from {{ ref('stg_library__prompt_tags') }} as prompt_tags
    inner join {{ ref('stg_library__tags') }} as tags on prompt_tags.tag_id = tags.tag_id
    group by prompt_tags.prompt_id
),

audiences (audience, access) as (
    values ('free', 'FREE'), ('card', 'PRO'), ('pro', 'PRO')
),

final as (
    select
        prompts.prompt_id,
        audiences.audience,
        hashtextextended(
            concat_ws(
                E'\x1f', prompts.title, prompts.description, prompts.language, encode(prompts.content_hash, 'hex')
            ),
            coalesce(tags.fingerprint, 0)
        ) as fingerprint
    from prompts
    inner join audiences on prompts.access = audiences.access
    left join tags on prompts.prompt_id = tags.prompt_id
)

select * from final
