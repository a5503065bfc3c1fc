"""A restored database takes the place of the one that is lost, by the lines of docs/deploy.md."""

import pytest

from tests.infra.applied.worlds import World

pytestmark = [pytest.mark.infra, pytest.mark.timeout(900)]

# Those that the largest world is given keep their numbers.
PASSWORDS_ANEW = (
    "{database_master=2,database_dashboard=2,database_dagster=2,database_analyst=2,sentry_dsn=1,oidc_client_secret=1}"
)


def test_a_restored_database_takes_the_place_of_the_lost_one_and_nothing_is_replaced(world: World) -> None:
    rds = world.client("rds")
    [lost] = rds.describe_db_instances()["DBInstances"]
    name, terraform = lost["DBInstanceIdentifier"], world.terraform
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=name,
        TargetDBInstanceIdentifier="promptory-restored",
        UseLatestRestorableTime=True,
        DBSubnetGroupName=lost["DBSubnetGroup"]["DBSubnetGroupName"],
        DBParameterGroupName=lost["DBParameterGroups"][0]["DBParameterGroupName"],
        VpcSecurityGroupIds=[group["VpcSecurityGroupId"] for group in lost["VpcSecurityGroups"]],
        PubliclyAccessible=False,
        MultiAZ=lost["MultiAZ"],
    )
    for former, newer in ((name, "promptory-lost"), ("promptory-restored", name)):
        rds.modify_db_instance(DBInstanceIdentifier=former, NewDBInstanceIdentifier=newer, ApplyImmediately=True)
    terraform.run("state", "rm", "aws_db_instance.main")
    terraform.run("import", "-input=false", *terraform.variables, "aws_db_instance.main", name)

    changes = terraform.changes(secret_versions=PASSWORDS_ANEW)
    assert "aws_db_instance.main: update" in changes
    assert [change for change in changes if "delete" in change and "secret_version.generated" not in change] == []
    terraform.apply(secret_versions=PASSWORDS_ANEW)
    assert terraform.changes(secret_versions=PASSWORDS_ANEW) == []
    [placed] = [one for one in rds.describe_db_instances()["DBInstances"] if one["DBInstanceIdentifier"] == name]
    assert placed["DbiResourceId"] != lost["DbiResourceId"]
    assert (placed["PubliclyAccessible"], placed["MultiAZ"]) == (False, lost["MultiAZ"])

    rds.modify_db_instance(DBInstanceIdentifier="promptory-lost", DeletionProtection=False, ApplyImmediately=True)
    rds.delete_db_instance(DBInstanceIdentifier="promptory-lost", SkipFinalSnapshot=True)
    terraform.apply()
    assert terraform.changes() == []
