"""Who has an account, and what they may do; for admins."""

from typing import Any

import pandas as pd
import streamlit as st
import structlog

from dashboard import charts, formats, viewer
from dashboard.account_menu import DUTIES
from dashboard.components import figure, plain, tier_name, typed
from dashboard.definitions import definition
from dashboard.translation import N_, _
from schema.models import Duty, UserRole
from schema.repository.users import Person, count_people, find_people, set_role, sign_ups_by_month
from schema.repository.warehouse import WarehouseNotBuiltError

_TAKE = 100
_ROLES = {UserRole.USER: N_("Reader"), UserRole.ADMIN: N_("Admin")}
_NOTICE = "role_notice"
_FIGURES = {"people": N_("Accounts"), "pro": N_("Pro accounts"), "staff": N_("Admins, curators and analysts")}

log = structlog.get_logger("dashboard.users")


def page() -> None:
    """Headline figures, sign-ups, the list, and what the chosen person may do."""
    st.title(_("Users"), anchor=False)
    notice = st.session_state.pop(_NOTICE, None)
    if notice:
        st.success(notice, icon=":material/check:")
    _headline()
    _sign_ups()
    person = _list()
    if person is not None:
        _ask_role(person)


def _headline() -> None:
    with viewer.open_session() as session:
        counts = count_people(session)
    with st.grid(3, min_column_width=180):
        for name, label in _FIGURES.items():
            figure(_(label), formats.number(counts[name]), None, definition=None, against="")


def _sign_ups() -> None:
    st.subheader(_("Sign-ups by month"), anchor=False)
    try:
        with viewer.open_session() as session:
            months = sign_ups_by_month(session)
    except WarehouseNotBuiltError:
        months = pd.DataFrame()
    if months.empty:
        st.info(_("Sign-ups appear after the first refresh."))
        return
    st.caption(definition("signup_conversion_monthly", "people"))
    frame = months.assign(signup_month=pd.to_datetime(months.signup_month))
    st.altair_chart(charts.months(frame, month="signup_month", value="people", value_title=_("People")))


def _list() -> Person | None:
    """The list; the person whose row is chosen."""
    st.subheader(_("Accounts"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        query = st.text_input(
            _("Name or e-mail address"), key="people", type="search", icon=":material/search:", max_chars=200
        )
        role = st.selectbox(
            _("Role"),
            list(_ROLES),
            index=None,
            placeholder=_("Any"),
            format_func=lambda one: _(_ROLES[one]),
            key="role",
            width=180,
        )
    with viewer.open_session() as session:
        # One more than fits tells whether there are more.
        people = find_people(session, typed(query), role=role, take=_TAKE + 1)
    if not people:
        st.info(_("Nobody is like this."))
        return None
    if len(people) > _TAKE:
        st.caption(_("The newest {count} are shown; search for others.", count=_TAKE))
    st.caption(_("Choose a row to change what somebody may do."))
    chosen = st.dataframe(
        _as_table(people[:_TAKE]),
        column_config=_columns(),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="people-table",
    )
    rows = chosen["selection"]["rows"]
    return people[rows[0]] if rows and rows[0] < len(people) else None


def _as_table(people: list[Person]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": [one.name for one in people],
            "email": [one.email for one in people],
            "role": [_(_ROLES[one.role]) for one in people],
            "duties": [", ".join(_(DUTIES[duty]) for duty in sorted(one.duties)) for one in people],
            "tier": [tier_name(one.subscription_status) for one in people],
            "created_at": [one.created_at for one in people],
        }
    )


def _columns() -> dict[str, Any]:
    text = st.column_config.TextColumn
    return {
        "name": text(_("Name"), width=180),
        "email": text(_("E-mail"), width=240),
        "role": text(_("Role")),
        "duties": text(_("Duties")),
        "tier": text(_("Plan")),
        "created_at": st.column_config.DatetimeColumn(_("Signed up"), format="YYYY-MM-DD", timezone="UTC"),
    }


def _ask_role(person: Person) -> None:
    with st.container(border=True):
        st.markdown(f"**{plain(person.name, 80)}** &nbsp; :gray[{plain(person.email or '', 120)}]")
        if person.id == viewer.viewer_id():
            st.info(_("This is you. Another admin can change what you may do."))
            return
        with st.form(f"role-{person.id}", border=False):
            role = st.radio(
                _("Role"),
                list(_ROLES),
                index=list(_ROLES).index(person.role),
                format_func=lambda one: _(_ROLES[one]),
                horizontal=True,
            )
            duties = st.multiselect(
                _("Duties"),
                list(DUTIES),
                default=sorted(person.duties),
                format_func=lambda one: _(DUTIES[one]),
                placeholder=_("none"),
                help=_("Curators import collections, analysts see the metrics; an admin may do both, and this."),
            )
            if st.form_submit_button(_("Save"), type="primary"):
                _save(person, role, frozenset(duties))


def _save(person: Person, role: UserRole, duties: frozenset[Duty]) -> None:
    with viewer.open_session() as session:
        is_done = set_role(session, person.id, role, duties)
        session.commit()
    if not is_done:
        st.error(_("This cannot be changed by you, or not any more."))
        return
    # Who may do what is looked up later: this line is kept whatever the level, and names nobody.
    log.warning("role_changed", user=person.id, by=viewer.viewer_id(), role=role, duties=sorted(duties))
    st.session_state[_NOTICE] = _("{name} may do this from now on.", name=plain(person.name, 80))
    st.rerun()


page()
