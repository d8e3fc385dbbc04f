#pragma once

#include <string>
#include <string_view>

#include "core/base/text.h"

namespace spool::broker {

/// Why no topic can have this name (storage::topic_name_problem), in Kafka's words.
inline std::string invalid_topic_name_text(std::string_view name) {
  constexpr size_t kBytesMax = 249;
  std::string problem =
      concat("'", name,
             "' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'");
  if (name.empty()) problem = "the empty string is not allowed";
  if (name == "." || name == "..") problem = concat("'", name, "' is not allowed");
  if (name.size() > kBytesMax)
    problem =
        concat("the length of '", name, "' is longer than the max allowed length ", kBytesMax);
  return concat("Topic name is invalid: ", problem);
}

}  // namespace spool::broker
