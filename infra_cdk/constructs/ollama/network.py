"""Where the local model runs: two public subnets, no NAT, and one way in."""

from aws_cdk import Tags
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

PORT = 11434
_NFS, _HTTPS = 2049, 443
_INSIDE = "10.0.0.0/24"
_In = ec2.CfnSecurityGroup.IngressProperty
_Out = ec2.CfnSecurityGroup.EgressProperty
# Without any rule a group may talk to everybody; this one names a packet that nobody sends.
_NOWHERE = _Out(
    ip_protocol="icmp",
    from_port=252,
    to_port=86,
    cidr_ip="255.255.255.255/32",
    description="to nobody",
)


class Network(Construct):
    """Tasks have public addresses, as a NAT gateway would cost more than a task's idle hours do.

    Nobody reaches those addresses: the tasks' one security group lets the private link in, alone.
    """

    def __init__(self, scope: Construct, *, name: str) -> None:
        super().__init__(scope, "Network")
        self.vpc = _vpc(self, name)
        # Rules inline, and outwards by address: two groups that name each other are a circle.
        self._link = self._group("Link", f"{name}-link", "the private link of the API")
        self._link.security_group_egress = [_out(PORT, _INSIDE, "to the tasks")]
        self._tasks = self._group("Tasks", f"{name}-tasks", "tasks of the local model")
        self._tasks.security_group_ingress = [_in(PORT, self._link, "from the private link")]
        self._tasks.security_group_egress = [
            _out(_HTTPS, "0.0.0.0/0", "image, model, logs"),
            _out(_NFS, _INSIDE, "file system of the models"),
        ]
        files = self._group("Files", f"{name}-models", "file system of the models")
        files.security_group_ingress = [_in(_NFS, self._tasks, "from the tasks")]
        files.security_group_egress = [_NOWHERE]
        self.link_group = self._link.attr_group_id
        self.task_group = self._as_group("TaskGroup", self._tasks)
        self.file_group = self._as_group("FileGroup", files)

    def _group(self, id_: str, name: str, what: str) -> ec2.CfnSecurityGroup:
        group = ec2.CfnSecurityGroup(
            self, id_, group_description=f"Lab-Verse: {what}", vpc_id=self.vpc.vpc_id
        )
        Tags.of(group).add("Name", name)
        return group

    def _as_group(self, id_: str, raw: ec2.CfnSecurityGroup) -> ec2.ISecurityGroup:
        """For constructs that take one; they may not add rules to it."""
        return ec2.SecurityGroup.from_security_group_id(self, id_, raw.attr_group_id, mutable=False)


def _vpc(scope: Construct, name: str) -> ec2.Vpc:
    return ec2.Vpc(
        scope,
        "Vpc",
        vpc_name=name,
        ip_addresses=ec2.IpAddresses.cidr(_INSIDE),
        max_azs=2,
        nat_gateways=0,
        subnet_configuration=[
            ec2.SubnetConfiguration(
                name="Tasks",
                subnet_type=ec2.SubnetType.PUBLIC,
                map_public_ip_on_launch=False,  # a task asks for its own
            )
        ],
        # Emptying the default group takes a custom resource with a function of its own; nothing is
        # in that group, as everything here names another.
        restrict_default_security_group=False,
    )


def _in(port: int, source: ec2.CfnSecurityGroup, what: str) -> _In:
    return _In(
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        source_security_group_id=source.attr_group_id,
        description=what,
    )


def _out(port: int, cidr: str, what: str) -> _Out:
    return _Out(ip_protocol="tcp", from_port=port, to_port=port, cidr_ip=cidr, description=what)
