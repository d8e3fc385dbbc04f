#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "broker/metadata/image.h"
#include "core/protocol/messages/alter_client_quotas.h"
#include "core/protocol/messages/describe_client_quotas.h"

namespace spool::broker {

/// Answers from the image.
protocol::DescribeClientQuotasResponse describe_client_quotas(
    const protocol::DescribeClientQuotasRequest& request, const MetadataImage& image);

/// Checks one entry of AlterClientQuotas: the entity, then its values.
/// errors  invalid_request in Kafka's words
Status check_quota_alteration(const protocol::AlterClientQuotasRequest::EntryData& entry);

}  // namespace spool::broker
