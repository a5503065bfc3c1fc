-- The top 1 % have no more than the top 10 %, those no more than all; inequality lies between none and (n - 1) / n.
select
    activity_month,
    view_gini,
    like_gini
from {{ ref('creator_economy_monthly') }}
where
    top_1_percent_view_share > top_10_percent_view_share
    or top_10_percent_view_share > 1
    or top_1_percent_like_share > top_10_percent_like_share
    or top_10_percent_like_share > 1
    or view_gini not between 0 and 1
    or like_gini not between 0 and 1
