#include "core/protocol/messages/alter_client_quotas.h"
#include "core/protocol/messages/alter_user_scram_credentials.h"
#include "core/protocol/messages/create_acls.h"
#include "core/protocol/messages/create_delegation_token.h"
#include "core/protocol/messages/delete_acls.h"
#include "core/protocol/messages/describe_acls.h"
#include "core/protocol/messages/describe_client_quotas.h"
#include "core/protocol/messages/describe_delegation_token.h"
#include "core/protocol/messages/describe_user_scram_credentials.h"
#include "core/protocol/messages/expire_delegation_token.h"
#include "core/protocol/messages/get_telemetry_subscriptions.h"
#include "core/protocol/messages/push_telemetry.h"
#include "core/protocol/messages/renew_delegation_token.h"
#include "core/protocol/schema_of.h"

namespace spool::protocol {

SPOOL_SCHEMAS(DescribeAcls)
SPOOL_SCHEMAS(CreateAcls)
SPOOL_SCHEMAS(DeleteAcls)
SPOOL_SCHEMAS(CreateDelegationToken)
SPOOL_SCHEMAS(RenewDelegationToken)
SPOOL_SCHEMAS(ExpireDelegationToken)
SPOOL_SCHEMAS(DescribeDelegationToken)
SPOOL_SCHEMAS(DescribeClientQuotas)
SPOOL_SCHEMAS(AlterClientQuotas)
SPOOL_SCHEMAS(DescribeUserScramCredentials)
SPOOL_SCHEMAS(AlterUserScramCredentials)
SPOOL_SCHEMAS(GetTelemetrySubscriptions)
SPOOL_SCHEMAS(PushTelemetry)

}  // namespace spool::protocol
