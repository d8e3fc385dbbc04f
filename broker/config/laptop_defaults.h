#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace spool::broker {

/// Settings whose default differs from Kafka's (or has none there), with our value; sorted by name.
std::span<const std::pair<std::string_view, const char*>> laptop_defaults();

}  // namespace spool::broker
