-- The texts of PRO prompts are in it: the build reads it, and unlike the rest of the index, nobody else.
{{ config(materialized='view', grants={'select': []}) }}

with prompts as (
    select
        id as prompt_id,
        title,
        description,
        prompt_text,
        language
    from {{ source('library', 'prompts') }}
    where archived_at is null
),

-- OFFSET 0 has each prompt's tags looked up with it: a refresh reads those of changed prompts only.
final as (
    select
        prompts.prompt_id,
        prompts.title,
        prompts.language,
        concat_ws(
            E'\n', prompts.description, (
                select string_agg(tags.tag_name, ' ' order by tags.tag_name)
                from {{ source('library', 'prompt_tags') }} as prompt_tags
                cross join
                    lateral (
                        select every_tag.tag_name from {{ ref('stg_library__tags') }} as every_tag
                        where every_tag.tag_id = prompt_tags.tag_id
                        offset 0  -- noqa: AM09
                    ) as tags
                where prompt_tags.prompt_id = prompts.prompt_id
            )
        ) as card,
        prompts.prompt_text
    from prompts
)

select * from final
