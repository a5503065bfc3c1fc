"""What the billing system tells, its names for people and plans, refunds, and intervals of several months."""

from alembic import op

from schema.migrations import warehouse

revision = "0008"
down_revision = "0007"

TABLES = ("plan_prices", "billing_customers", "billing_events", "refunds")
OF_PEOPLE = ("billing_customers", "billing_events", "refunds")

DDL = """
ALTER TABLE library.subscriptions ADD COLUMN interval_count INTEGER DEFAULT 1 NOT NULL;
ALTER TABLE library.subscriptions
    ADD CONSTRAINT ck_subscriptions_interval_count CHECK (interval_count > 0);

CREATE TABLE library.plan_prices (
    price TEXT NOT NULL,
    plan TEXT NOT NULL,
    CONSTRAINT pk_plan_prices PRIMARY KEY (price),
    CONSTRAINT fk_plan_prices_plan FOREIGN KEY(plan) REFERENCES library.plans (code)
);
CREATE INDEX ix_plan_prices_plan ON library.plan_prices (plan);

CREATE TABLE library.billing_customers (
    customer_id TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_billing_customers PRIMARY KEY (customer_id),
    CONSTRAINT fk_billing_customers_user_id FOREIGN KEY(user_id) REFERENCES library.users (id) ON DELETE CASCADE
);
CREATE INDEX ix_billing_customers_user_id ON library.billing_customers (user_id);

CREATE TABLE library.billing_events (
    event_id TEXT NOT NULL,
    kind VARCHAR(20) NOT NULL,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sequence SMALLINT NOT NULL,
    user_id BIGINT NOT NULL,
    customer_id TEXT,
    subscription_id TEXT,
    status VARCHAR(20),
    prices TEXT[] DEFAULT '{}' NOT NULL,
    amount NUMERIC(12, 2),
    currency CHAR(3),
    billing_interval VARCHAR(20),
    interval_count INTEGER,
    current_period_end TIMESTAMP WITH TIME ZONE,
    canceled_at TIMESTAMP WITH TIME ZONE,
    charge_id TEXT,
    invoice_id TEXT,
    batch_id BIGINT NOT NULL,
    CONSTRAINT pk_billing_events PRIMARY KEY (event_id),
    CONSTRAINT ck_billing_events_kind CHECK (kind IN ('SUBSCRIPTION', 'EXPORT', 'INVOICE', 'REFUND')),
    CONSTRAINT ck_billing_events_status CHECK (status IN ('TRIALING', 'ACTIVE', 'PAST_DUE', 'UNPAID', 'PAUSED')),
    CONSTRAINT ck_billing_events_billing_interval CHECK (billing_interval IN ('MONTH', 'YEAR')),
    CONSTRAINT ck_billing_events_interval_count CHECK (interval_count > 0),
    CONSTRAINT ck_billing_events_amount CHECK (amount >= 0),
    CONSTRAINT ck_billing_events_state_has_price CHECK (status IS NULL OR num_nulls(amount, currency, billing_interval, interval_count) = 0),
    CONSTRAINT ck_billing_events_names_a_subscription CHECK (kind = 'REFUND' OR subscription_id IS NOT NULL),
    CONSTRAINT ck_billing_events_refunds_name_a_charge CHECK (kind <> 'REFUND' OR num_nulls(charge_id, amount, currency) = 0),
    CONSTRAINT fk_billing_events_user_id FOREIGN KEY(user_id) REFERENCES library.users (id) ON DELETE CASCADE,
    CONSTRAINT fk_billing_events_batch_id FOREIGN KEY(batch_id) REFERENCES library.import_batches (id)
);
CREATE INDEX ix_billing_events_batch_id ON library.billing_events (batch_id);
CREATE INDEX ix_billing_events_subscription_id_occurred_at ON library.billing_events (subscription_id, occurred_at);
CREATE INDEX ix_billing_events_user_id ON library.billing_events (user_id);

CREATE TABLE library.refunds (
    charge_id TEXT NOT NULL,
    refunded_in_all NUMERIC(12, 2) NOT NULL,
    refunded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    amount NUMERIC(12, 2) NOT NULL,
    currency CHAR(3) NOT NULL,
    user_id BIGINT NOT NULL,
    subscription_id TEXT,
    batch_id BIGINT NOT NULL,
    CONSTRAINT pk_refunds PRIMARY KEY (charge_id, refunded_in_all),
    CONSTRAINT ck_refunds_amount CHECK (amount > 0),
    CONSTRAINT fk_refunds_user_id FOREIGN KEY(user_id) REFERENCES library.users (id) ON DELETE CASCADE,
    CONSTRAINT fk_refunds_batch_id FOREIGN KEY(batch_id) REFERENCES library.import_batches (id)
);
CREATE INDEX ix_refunds_batch_id ON library.refunds (batch_id);
CREATE INDEX ix_refunds_user_id ON library.refunds (user_id);
"""

# A downgrade leaves plans that subscriptions name.
PLANS = """
INSERT INTO library.plans (code, name, tier, amount, currency, billing_interval) VALUES
    ('PRO_MAX_MONTHLY', 'Pro Max, monthly', 'PRO', 24.00, 'USD', 'MONTH'),
    ('PRO_MAX_YEARLY', 'Pro Max, yearly', 'PRO', 240.00, 'USD', 'YEAR')
ON CONFLICT (code) DO NOTHING;
"""
WITHOUT_PLANS = """
DELETE FROM library.plans AS p
WHERE
    p.code IN ('PRO_MAX_MONTHLY', 'PRO_MAX_YEARLY')
    AND NOT EXISTS (SELECT FROM library.subscriptions AS k WHERE k.plan = p.code)
"""


def upgrade() -> None:
    """Create the tables, open to those who load and to the warehouse, and add the plans."""
    op.execute(DDL)
    op.execute(PLANS)
    for table in TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON library.{table} TO promptory_ingest")
    for table in OF_PEOPLE:
        op.execute(f"ALTER TABLE library.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY ingest ON library.{table} TO promptory_ingest USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT ON library.refunds TO promptory_dbt")
    op.execute("CREATE POLICY warehouse ON library.refunds FOR SELECT TO promptory_dbt USING (true)")


def downgrade() -> None:
    """Take them away; the spans that followed from events stay."""
    warehouse.drop_views()
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE library.{table}")
    op.execute(WITHOUT_PLANS)
    op.execute("ALTER TABLE library.subscriptions DROP COLUMN interval_count")
