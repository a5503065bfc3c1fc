"""An AWS of the tests' own: moto's server with the gaps closed that the Terraform would fall into.

Each module closes the gaps of one service and says what AWS does there. `policies` and `authorization` make IAM true:
a caller without a role is the administrator who runs Terraform; whoever has assumed one may do what its policies say.
"""
