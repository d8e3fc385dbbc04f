#include "cli/compat/kafka_quotas.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/protocol/messages/alter_client_quotas.h"
#include "core/protocol/messages/describe_client_quotas.h"
#include "core/protocol/messages/describe_user_scram_credentials.h"

namespace spool::cli {

namespace {

using protocol::DescribeClientQuotasResponse;
using protocol::DescribeUserScramCredentialsResponse;

/// As Java's Double.toString() writes it: 1024.0, 1.048576E7.
std::string java_number(double number) {
  const double size = std::abs(number);
  const bool is_plain = size == 0 || (size >= 1e-3 && size < 1e7);
  char digits[512];
  const auto form = is_plain ? std::chars_format::fixed : std::chars_format::scientific;
  const char* const end = std::to_chars(digits, digits + sizeof digits, number, form).ptr;
  const std::string_view text(digits, static_cast<size_t>(end - digits));
  const size_t exponent_at = std::min(text.find('e'), text.size());
  std::string out(text.substr(0, exponent_at));
  if (out.find('.') == out.npos) out += ".0";
  if (exponent_at == text.size()) return out;
  // e+07 is E7, e-04 is E-4.
  std::string_view exponent = text.substr(exponent_at + 1);
  const bool is_negative = exponent[0] == '-';
  exponent.remove_prefix(std::min(exponent.find_first_not_of("+-0"), exponent.size() - 1));
  return concat(out, is_negative ? "E-" : "E", exponent);
}

std::string entity_text(const DescribeClientQuotasResponse::EntryData& entry) {
  std::string out;
  for (const std::string_view type : {"user", "client-id", "ip"})
    for (const auto& part : entry.entity) {
      if (part.entity_type != type) continue;
      const std::string_view word = type == "user" ? "user-principal" : type;
      append_text(out, out.empty() ? "" : ", ");
      if (part.entity_name)
        append_text(out, word, " '", *part.entity_name, "'");
      else
        append_text(out, "the default ", word);
    }
  return out;
}

Status print_quotas(Context& context, client::Client& client,
                    const std::vector<QuotaPart>& parts) {
  protocol::DescribeClientQuotasRequest request;
  request.strict = true;
  for (const QuotaPart& part : parts) {
    constexpr int8_t kNamed = 0, kDefault = 1, kAny = 2;
    auto& component = request.components.emplace_back();
    component.entity_type = part.type;
    component.match_type = !part.name ? kAny : part.name->empty() ? kDefault : kNamed;
    component.match.reset();
    if (component.match_type == kNamed) component.match = part.name;
  }
  TRY_ASSIGN(const auto reply, client.call<DescribeClientQuotasResponse>(client::Client::kAnyNode,
                                                                         request));
  if (reply->error_code != 0)
    return fail(static_cast<ErrorCode>(reply->error_code), reply->error_message.value_or("quotas"));
  std::vector<std::string> lines;
  for (const auto& entry : reply->entries.value_or(decltype(reply->entries)::value_type())) {
    std::string values;
    for (const auto& value : entry.values)
      append_text(values, values.empty() ? "" : ", ", value.key, "=", java_number(value.value));
    lines.push_back(concat("Quota configs for ", entity_text(entry), " are ", values));
  }
  std::ranges::sort(lines);
  for (const std::string& line : lines) context.out().line(line);
  return {};
}

/// Passwords that users have, as far as they can be told: mechanism and iterations.
Status print_credentials(Context& context, client::Client& client,
                         const std::optional<std::string>& user) {
  protocol::DescribeUserScramCredentialsRequest request;
  if (user) request.users->emplace_back().name = *user;
  const auto reply = client.call<DescribeUserScramCredentialsResponse>(client::Client::kAnyNode,
                                                                       request);
  // A broker that does not know the request has no credentials.
  if (!reply && reply.error().code() == ErrorCode::unsupported_version) return {};
  if (!reply) return fail(reply.error());
  for (const auto& result : (*reply)->results) {
    if (result.error_code != 0) continue;  // a user without any
    std::string text;
    for (const auto& info : result.credential_infos)
      append_text(text, text.empty() ? "" : ", ", "SCRAM-SHA-",
                  info.mechanism == 1 ? 256 : 512, "=iterations=", info.iterations);
    context.out().line(
        concat("SCRAM credential configs for user-principal '", result.user, "' are ", text));
  }
  return {};
}

Result<protocol::AlterClientQuotasRequest::OpData> to_operation(
    const client::ConfigChange& change) {
  protocol::AlterClientQuotasRequest::OpData out;
  if (change.name.starts_with("SCRAM-"))
    return fail(ErrorCode::unsupported, "SCRAM credentials cannot be changed here yet");
  out.key = change.name;
  out.remove = change.kind == client::ConfigChange::Kind::unset;
  if (out.remove) return out;
  const std::string& text = *change.value;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), out.value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
    return fail(
        ErrorCode::invalid_argument,
        concat("Cannot parse quota configuration value for ", change.name, ": ", text));
  return out;
}

}  // namespace

Status describe_quotas(Context& context, client::Client& client,
                       const std::vector<QuotaPart>& parts) {
  TRY(print_quotas(context, client, parts));
  const bool is_users_only = parts.size() == 1 && parts[0].type == "user";
  const bool is_default = parts[0].name && parts[0].name->empty();
  return is_users_only && !is_default ? print_credentials(context, client, parts[0].name)
                                      : Status();
}

Status alter_quotas(client::Client& client, const std::vector<QuotaPart>& parts,
                    const std::vector<client::ConfigChange>& changes) {
  protocol::AlterClientQuotasRequest request;
  auto& entry = request.entries.emplace_back();
  for (const QuotaPart& part : parts) {
    auto& entity = entry.entity.emplace_back();
    entity.entity_type = part.type;
    entity.entity_name = part.name;
    if (part.name->empty()) entity.entity_name.reset();
  }
  for (const client::ConfigChange& change : changes) {
    TRY_ASSIGN(entry.ops.emplace_back(), to_operation(change));
  }
  TRY_ASSIGN(const auto reply, client.call<protocol::AlterClientQuotasResponse>(
                                   client::Client::kAnyNode, request));
  for (const auto& result : reply->entries)
    if (result.error_code != 0) {
      const auto code = static_cast<ErrorCode>(result.error_code);
      return fail(code, result.error_message.value_or(std::string(error_name(code))));
    }
  return {};
}

}  // namespace spool::cli
