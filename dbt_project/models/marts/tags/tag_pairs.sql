-- Association rules between tags, each prompt a basket. Agrawal, Imielinski, Swami: Mining Association Rules (SIGMOD
-- 1993) for support and confidence; Brin, Motwani, Ullman, Tsur: Dynamic Itemset Counting (SIGMOD 1997) for lift.
with prompt_tags as (
    select * from {{ ref('int_prompt_tags') }}
    where prompt_id = head_id
),

tags as (
    select * from {{ ref('stg_library__tags') }}
),

library as (
    select count(distinct prompt_id) as tagged_prompts
    from prompt_tags
),

supply as (
    select
        tag_id,
        count(*) as prompts
    from prompt_tags
    group by tag_id
),

pairs as (
    select
        one.tag_id,
        other.tag_id as other_tag_id,
        count(*) as prompts_with_both
    from prompt_tags as one
    inner join prompt_tags as other on one.prompt_id = other.prompt_id and one.tag_id <> other.tag_id
    group by one.tag_id, other.tag_id
),

final as (
    select
        pairs.tag_id,
        tags.tag_name,
        pairs.other_tag_id,
        other_tags.tag_name as other_tag_name,
        pairs.prompts_with_both,
        supply.prompts,
        other_supply.prompts as other_prompts,
        library.tagged_prompts,
        cast(pairs.prompts_with_both as double precision) / library.tagged_prompts as support,
        cast(pairs.prompts_with_both as double precision) / supply.prompts as confidence,
        cast(pairs.prompts_with_both * library.tagged_prompts as double precision)
        / (supply.prompts * other_supply.prompts) as lift
    from pairs
    cross join library
    inner join tags on pairs.tag_id = tags.tag_id
    inner join tags as other_tags on pairs.other_tag_id = other_tags.tag_id
    inner join supply on pairs.tag_id = supply.tag_id
    inner join supply as other_supply on pairs.other_tag_id = other_supply.tag_id
)

select * from final
