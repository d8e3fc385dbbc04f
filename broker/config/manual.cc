#include "broker/config/manual.h"

#include <span>
#include <string_view>

#include "broker/config/config.h"
#include "core/base/text.h"

namespace spool::broker {

namespace {

constexpr std::string_view kHead =
    R"(.\" Made from broker/config/table.cc by the test "config manual: the page is current".
.Dd November 21, 2026
.Dt SPOOL-CONFIGS 7
.Os
.Sh NAME
.Nm spool-configs
.Nd settings of the broker, of topics, groups and client metrics
.Sh DESCRIPTION
Settings have the names, types and defaults of Apache Kafka 4.4, so that its
.Pa server.properties
works as it is.
A value is looked up in this order: what was altered for this broker, what was altered for all brokers, the command line
.Pq Fl Fl override ,
the environment
.Pq Ev KAFKA_LOG_RETENTION_MS No for Li log.retention.ms ,
the file
.Pq Fl Fl config ,
the default.
A topic's own value goes before all of these.
.Pp
Settings marked
.Dq at run time
can be altered while the broker runs, with
.Xr spool 1
or any tool that speaks Kafka's protocol, for one broker or for all.
Those marked
.Dq at run time, for one broker
can be altered for one broker only.
What is altered is kept in the metadata log and acts at once.
.Pp
Settings without effect here are accepted, checked and shown, so that files and tools made for Kafka work; they are
listed by name at the end of each section.
.Pp
One setting is not Kafka's:
.Li spool.metrics.listener
.Pq Ar host:port
opens a port of its own that answers HTTP:
.Pa /metrics
with sizes, offsets and counts in the text format of Prometheus, named as the JMX exporter names Kafka's, and
.Pa /health
with 200 while every partition is in service, else with 503 and the names of those that are not.
It is empty, and the port closed, by default.
)";

constexpr std::string_view kTail = R"(.Sh SEE ALSO
.Xr spool 1 ,
.Xr spool-broker 1
)";

std::string_view type_word(ConfigType type) {
  switch (type) {
    case ConfigType::boolean:
      return "boolean";
    case ConfigType::string:
      return "string";
    case ConfigType::int_:
      return "int";
    case ConfigType::short_:
      return "short";
    case ConfigType::long_:
      return "long";
    case ConfigType::double_:
      return "double";
    case ConfigType::list:
      return "list";
    case ConfigType::class_:
      return "class";
    case ConfigType::password:
      return "password";
    case ConfigType::unknown:
      return "";
  }
  return "";
}

/// Text of a line that is no macro line.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else
      out += c;
  }
  if (!out.empty() && (out[0] == '.' || out[0] == '\'')) out.insert(0, "\\&");
  return out;
}

std::string default_text(const ConfigDef& def) {
  if (def.default_value == nullptr) return "none";
  if (*def.default_value == '\0') return "empty";
  return escaped(def.default_value);
}

std::string bounds_of(const ConfigDef& def) {
  if (!def.allowed.empty()) return concat("; of ", def.allowed);
  if (def.rule != ConfigRule::range) return {};
  if (def.high == INT64_MAX) return concat("; at least ", def.low);
  return concat("; ", def.low, " to ", def.high);
}

std::string_view update_of(const ConfigDef& def) {
  switch (def.update) {
    case ConfigUpdate::cluster_wide:
      return "; at run time";
    case ConfigUpdate::per_broker:
      return "; at run time, for one broker";
    case ConfigUpdate::read_only:
      return "";
  }
  return "";
}

/// mdoc wants each sentence on a line of its own.
void append_sentences(std::string& out, std::string_view text) {
  const std::string line = escaped(text);
  for (const char c : line) {
    out += c;
    const bool is_sentence_end = out.ends_with(". ");
    if (is_sentence_end) out.back() = '\n';
  }
  out += '\n';
}

enum class ShowUpdate { yes, no };

void append_entry(std::string& out, const ConfigDef& def, ShowUpdate show_update) {
  append_text(out, ".It Li ", def.name, '\n');
  append_sentences(out, def.doc);
  append_text(out, ".br\n", type_word(def.type), ", default ", default_text(def), bounds_of(def),
              show_update == ShowUpdate::yes ? update_of(def) : "", '\n');
}

void append_ignored(std::string& out, std::span<const ConfigDef> table) {
  std::string names;
  for (const ConfigDef& def : table)
    if (!def.is_internal && def.support == ConfigSupport::ignored)
      append_text(names, names.empty() ? "" : " ,\n", ".Li ", def.name);
  if (names.empty()) return;
  append_text(out, ".Pp\nWithout effect here:\n", names, " .\n");
}

void append_section(std::string& out, std::string_view title, std::span<const ConfigDef> table,
                    ShowUpdate show_update) {
  append_text(out, ".Sh ", title, "\n.Bl -tag -width Ds\n");
  for (const ConfigDef& def : table)
    if (!def.is_internal && def.support == ConfigSupport::acts) append_entry(out, def, show_update);
  out += ".El\n";
  append_ignored(out, table);
}

}  // namespace

std::string config_manual() {
  std::string page(kHead);
  append_section(page, "BROKER SETTINGS", broker_configs(), ShowUpdate::yes);
  append_section(page, "TOPIC SETTINGS", topic_configs(), ShowUpdate::no);
  append_section(page, "GROUP SETTINGS", group_configs(), ShowUpdate::no);
  append_section(page, "CLIENT METRICS SETTINGS", client_metrics_configs(), ShowUpdate::no);
  page += kTail;
  return page;
}

}  // namespace spool::broker
