"""What columns are called: a record as it stands in its file, and our names for its columns in five languages."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

Fields = Mapping[str, Any]
"""A record as it stands in its file: column to value."""

ALIASES: dict[str, tuple[str, ...]] = {
    "key": ("key", "id", "slug", "identifier", "uuid", "prompt_id"),
    "title": (
        *("title", "name", "act", "personality", "prompt_name", "제목", "이름", "标题", "標題", "角色"),
        *("タイトル", "題名", "название", "заголовок"),
    ),
    "prompt": (
        *("prompt", "prompt_text", "text", "content", "template", "body", "instruction", "system_prompt"),
        *("prompttext", "systemprompt", "system_message", "user_prompt", "instructions"),
        *("프롬프트", "내용", "본문", "提示词", "提示詞", "内容", "プロンプト", "本文", "промпт", "промт", "текст"),
    ),
    "description": (
        *("description", "desc", "summary", "remark", "introduction", "설명", "소개"),
        *("描述", "说明", "簡介", "简介", "説明", "описание"),
    ),
    "tags": (
        *("tags", "tag", "category", "categories", "topics", "labels", "keywords"),
        *("태그", "카테고리", "분류", "标签", "標籤", "分类", "タグ", "カテゴリ", "теги", "категория"),
    ),
    "author": ("author", "contributor", "contributors", "creator", "created_by", "작성자", "저자", "作者", "автор"),
    "type": ("agent_type", "type", "modality", "유형", "类型", "タイプ", "тип"),
    "language": ("language", "lang", "locale", "언어", "语言", "言語", "язык"),
    "access": ("access", "tier", "접근"),
    "negative_prompt": (
        *("negative_prompt", "negative", "negative_prompts", "부정_프롬프트", "네거티브_프롬프트"),
        *("反向提示词", "负面提示词", "ネガティブプロンプト", "негативный_промпт"),
    ),
    "licence": ("licence", "license", "라이선스", "许可证", "授權", "ライセンス", "лицензия"),
    "model": ("model", "model_name", "models", "모델", "模型", "モデル", "модель"),
    "popularity": ("popularity", "weight", "likes", "upvotes", "votes", "stars", "downloads", "인기", "热度"),
    "translation_key": ("translation_key",),
    "variables": ("variables",),
    "image": (
        *("image", "picture", "thumbnail", "cover", "preview", "illustration", "screenshot", "img", "photo"),
        *("images", "pictures", "cover_image", "preview_image", "image_path", "image_file", "image_url"),
        *("thumbnail_url", "cover_url", "preview_url", "이미지", "그림", "사진", "썸네일", "표지"),
        *("图片", "圖片", "封面", "缩略图", "画像", "サムネイル", "изображение", "картинка", "обложка"),
    ),
}
_PLACES = {alias: (name, rank) for name, aliases in ALIASES.items() for rank, alias in enumerate(aliases)}


def folded(column: str) -> str:
    """A column's name as ALIASES has it."""
    return column.strip().casefold().replace(" ", "_")


@lru_cache(maxsize=4096)
def place_of(column: str) -> tuple[str, int] | None:
    """Our name for a column, and its rank among the names that mean the same; None where it has no meaning to us."""
    return _PLACES.get(folded(column))


def meaning_of(column: str) -> str | None:
    """Our name for a column of a collection, or None where it has no meaning to us."""
    place = place_of(column)
    return place[0] if place else None


def is_field(name: str) -> bool:
    """Whether a name is a column's, and not that of a prompt or of a kind of prompts, as `image` and `cover` may be."""
    return meaning_of(name) not in (None, "image")


def said_in(fields: Fields) -> set[str | None]:
    """What a record says something of, by our names; None stands for its other columns."""
    return {meaning_of(name) for name, value in fields.items() if value not in (None, "", [])}


def with_defaults(fields: Fields, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The record, and what else is told of it under our names, where no field says it."""
    said = said_in(fields)
    return {**fields, **{name: value for name, value in defaults.items() if value and name not in said}}


_CODES = (
    *("en", "ko", "zh", "ja", "ru", "de", "fr", "es", "it", "pt", "nl", "ar", "tr", "hi", "vi", "th", "pl", "uk", "cs"),
    *("sv", "da", "fi", "el", "he", "hu", "ro", "bg", "fa", "bn", "ms", "ta", "te", "ur", "cn", "tw", "kr", "jp"),
)
_WITH_REGION = (
    *("zh-CN", "zh-TW", "zh-HK", "zh-Hans", "zh-Hant", "pt-BR", "pt-PT", "en-US", "en-GB", "ko-KR", "ja-JP", "ru-RU"),
    *("de-DE", "fr-FR", "es-ES", "es-MX", "it-IT", "nl-NL", "ar-SA", "tr-TR", "hi-IN", "vi-VN", "th-TH", "pl-PL"),
)
LANGUAGE_KEYS = frozenset({*_CODES, *_WITH_REGION, *(code.replace("-", "_") for code in _WITH_REGION)})
"""Names of fields that say the language of what is below them. `id` is none: it is the record's number, everywhere."""
