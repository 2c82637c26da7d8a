#!/usr/bin/env python3
"""Every document of PrimeHub's clients, sent with what they send along: one after the other, as a day at work would go."""
import os
import unittest

from primehub import DOCUMENTS, IRIS, Console, Sdk, WithProgram

NUMBER = (int, float)
ONE, TWO, GROUP = ({"where": {"id": name}} for name in ("row-1", "row-2", "row-group"))
SIZE, USER = {"where": {"id": "row-size"}}, {"where": {"id": "row-user"}}
RESEARCH = {"where": {"groupId_in": ["research"]}}
UP, DOWN = {"Deploying", "Deployed"}, {"Stopping", "Stopped"}

# Document, its variables, and what must be in the answer: where, and of which type, or one of which words.
ROWS = (
    ("sdk_me", {}, {"me.id": str, "me.username": str, "me.firstName": str, "me.isAdmin": bool}),
    ("curl_me", {}, {"me.id": str}),
    ("sdk_groups_at_start", {}, {"me.effectiveGroups.0.id": str, "me.effectiveGroups.0.name": str}),
    ("sdk_groups_list", {}, {"me.effectiveGroups.0.id": str, "me.effectiveGroups.0.projectQuotaCpu": NUMBER}),
    ("sdk_groups_users", {}, {"me.effectiveGroups.0.users.0.username": str}),
    ("sdk_images_list", {}, {"me.effectiveGroups.0.images": list}),
    ("sdk_volumes_list", {}, {"me.effectiveGroups.0.datasets": list}),
    ("sdk_instancetypes_list", {}, {"me.effectiveGroups.0.instanceTypes.0.cpuLimit": NUMBER, "me.effectiveGroups.0.instanceTypes.0.global": bool}),
    ("sdk_instancetypes_get", {}, {"me.effectiveGroups.0.instanceTypes.0.memoryLimit": NUMBER, "me.effectiveGroups.0.instanceTypes.0.tolerations": list}),
    ("sdk_secrets_list", {}, {"secrets": list}),
    ("console_current_user", {}, {"me.id": str, "me.groups.0.instanceTypes": list}),
    ("console_license", {}, {"license.maxModelDeploy": int, "license.usage.maxModelDeploy": int}),
    ("console_license_banner", {}, {"license.licenseStatus": str, "license.maxGroup": int}),

    ("sdk_admin_groups_create", {"data": {"name": "row-group", "displayName": "Row", "enabledDeployment": True, "maxDeploy": 2}}, {"createGroup.id": {"row-group"}, "createGroup.name": str}),
    ("sdk_admin_groups_update", {"data": {"users": {"connect": [{"id": "ada"}]}}, **GROUP}, {"updateGroup.id": {"row-group"}}),
    ("sdk_admin_groups_everyone", {}, {"me.groups.0.id": str}),
    ("sdk_admin_groups_list", {"orderBy": {}, "where": {}, "page": 1}, {"group.edges.0.cursor": str, "group.edges.0.node.id": str}),
    ("sdk_admin_groups_get", {**GROUP, "everyoneGroupWhere": {"id": "everyone"}}, {"group.users.0.username": {"ada"}, "group.maxDeploy": int, "everyoneGroup.instanceTypes.0.id": str}),
    ("sdk_admin_instancetypes_create", {"payload": {"name": "row-size", "cpuLimit": 1, "memoryLimit": 1, "cpuRequest": 0, "memoryRequest": 0}}, {"createInstanceType.id": {"row-size"}}),
    ("sdk_admin_instancetypes_update", {"payload": {"groups": {"connect": [{"id": "row-group"}]}}, **SIZE}, {"updateInstanceType.groups.0.id": {"row-group"}, "updateInstanceType.global": bool}),
    ("sdk_admin_instancetypes_list", {"page": 1}, {"instanceTypesConnection.edges.0.node.id": str}),
    ("sdk_admin_instancetypes_get", SIZE, {"instanceType.id": {"row-size"}, "instanceType.tolerations": list}),
    ("sdk_admin_users_create", {"payload": {"username": "row-user", "firstName": "Row", "lastName": "User", "groups": {"connect": [{"id": "row-group"}]}}}, {"createUser.username": {"row-user"}}),
    ("sdk_admin_users_update", {"payload": {"lastName": "Person"}, **USER}, {"updateUser.username": {"row-user"}}),
    ("sdk_admin_users_get", USER, {"user.firstName": {"Row"}, "user.lastName": {"Person"}, "user.enabled": bool, "user.groups.0.name": {"row-group"}}),
    ("sdk_admin_users_list", {"userAfter": "0", "userFirst": 10}, {"users.edges.0.node.username": str}),
    ("sdk_admin_users_password", {"id": "row-user", "password": "correct horse battery", "temporary": False}, {"resetPassword.id": {"row-user"}}),

    ("console_id_available", {"deploymentId": "row-1"}, {"phDeploymentAvail": bool}),
    ("console_create", {"data": {**IRIS, "id": "row-1", "groupId": "research", "endpointAccessType": "private"}}, {"createPhDeployment.id": {"row-1"}}),
    ("sdk_deployments_create", {"data": {**IRIS, "id": "row-2", "groupId": "research"}}, {"createPhDeployment.id": {"row-2"}, "createPhDeployment.status": UP, "createPhDeployment.replicas": int}),
    ("console_list", {"first": 12, **RESEARCH}, {"phDeploymentsConnection.edges.0.node.id": {"row-1", "row-2"}, "phDeploymentsConnection.pageInfo.hasNextPage": bool}),
    ("console_recent", RESEARCH, {"phDeploymentsConnection.edges.0.node.id": str}),
    ("console_model_deploy", {"groupId": "research"}, {"phDeployments.0.id": str}),
    ("console_group_usages", {"where": {"id": "research"}}, {"group.resourceStatus.cpuUsage": NUMBER, "group.resourceDetails.details": list}),
    ("console_group_to_delete", {"where": {"id": "research"}}, {"groupResourcesToBeDeleted.deployments": int}),
    ("sdk_deployments_list", RESEARCH, {"phDeployments.0.id": str, "phDeployments.0.stop": bool}),
    ("console_detail_stop", ONE, {"stopPhDeployment.id": {"row-1"}, "stopPhDeployment.status": DOWN, "stopPhDeployment.history.0.deployment.stop": bool}),
    ("console_detail_start", ONE, {"deployPhDeployment.id": {"row-1"}, "deployPhDeployment.status": UP, "deployPhDeployment.updateMessage": {"Deployment Started"}}),
    ("console_list_stop", ONE, {"stopPhDeployment.status": DOWN, "stopPhDeployment.history.0.time": str}),
    ("console_list_start", ONE, {"deployPhDeployment.status": UP, "deployPhDeployment.history.0.deployment.userName": {"admin"}}),
    ("console_edit", {"data": {"description": "edited", "updateMessage": "by the console"}, **ONE}, {"updatePhDeployment.description": {"edited"}, "updatePhDeployment.history.0.deployment.updateMessage": {"by the console"}}),
    ("console_detail", ONE, {"phDeployment.description": {"edited"}, "phDeployment.instanceType.cpuLimit": NUMBER}),
    ("console_client_add", {"data": {"deploymentId": "row-1", "name": "app"}}, {"createPhDeploymentClient.plainTextToken": str}),
    ("console_client_remove", {"where": {"deploymentId": "row-1", "name": "app"}}, {"deletePhDeploymentClient.id": {"row-1"}}),
    ("sdk_deployments_update", {"data": {"description": "updated"}, **TWO}, {"updatePhDeployment.description": {"updated"}}),
    ("sdk_deployments_stop", TWO, {"stopPhDeployment.status": DOWN, "stopPhDeployment.stop": bool}),
    ("sdk_deployments_start", TWO, {"deployPhDeployment.status": UP}),
    ("sdk_deployments_wait", TWO, {"phDeployment.status": UP, "phDeployment.stop": bool}),
    ("sdk_deployments_get", TWO, {"phDeployment.endpoint": str, "phDeployment.groupName": str, "phDeployment.availableReplicas": int}),
    ("sdk_deployments_history", TWO, {"phDeployment.history.0.time": str, "phDeployment.history.0.deployment.id": str}),
    ("sdk_deployments_logs", TWO, {"phDeployment.pods": list}),

    ("console_detail_delete", ONE, {"deletePhDeployment.id": {"row-1"}}),
    ("sdk_deployments_delete", TWO, {"deletePhDeployment.id": {"row-2"}}),
    ("sdk_admin_users_delete", USER, {"deleteUser.username": {"row-user"}}),
    ("sdk_admin_instancetypes_delete", SIZE, {"deleteInstanceType.id": {"row-size"}}),
    ("sdk_admin_groups_delete", GROUP, {"deleteGroup.id": {"row-group"}}),
    ("console_token_count", {}, {"me.apiTokenCount": int}),
    ("console_token_revoke", {}, {"revokeApiToken.id": {"second"}}),
)


def at(data, path):
    for step in path.split("."):
        data = data[int(step)] if isinstance(data, list) else data[step]
    return data


class Documents(WithProgram):
    def test_each_has_a_row(self):
        self.assertEqual(sorted(name for name, _, _ in ROWS), sorted(name[:-8] for name in os.listdir(DOCUMENTS)))

    def test_each_is_answered_as_its_clients_read_it(self):
        # One whose tokens may all end.
        self.program.must("POST", "/users", {"name": "second", "role": "admin"})
        second = Console(self.program, self.program.must("POST", "/tokens", {"name": "one", "user": "second"})["token"])
        console, sdk = Console(self.program), Sdk(self.program)
        for name, variables, expected in ROWS:
            by = second if name == "console_token_revoke" else console if name.startswith("console_") else sdk
            answer = by.run(name, variables)  # which holds it against what is selected, and its types against the schema
            for path, wanted in expected.items():
                with self.subTest(f"{name}: {path}"):
                    value = at(answer, path)
                    if isinstance(wanted, set):
                        self.assertIn(value, wanted)
                    else:
                        self.assertIsInstance(value, wanted)


if __name__ == "__main__":
    unittest.main()
