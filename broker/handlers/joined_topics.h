#pragma once

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

namespace spool::broker {

/// The topics of a request with each named once: one that is named again joins its first entry, one
/// without partitions is left out. So Kafka answers Produce, ListOffsets and DeleteRecords.
/// partitions  the member that holds a topic's partitions
/// name        what names a topic
template <class Topic, class Partition, class Name>
std::vector<Topic> joined_topics(std::vector<Topic> asked, std::vector<Partition> Topic::*partitions,
                                 Name name) {
  if (asked.size() == 1 && !(asked[0].*partitions).empty()) return asked;  // nearly always
  std::vector<Topic> topics;
  std::map<std::decay_t<decltype(name(asked[0]))>, size_t> places;
  for (Topic& topic : asked) {
    if ((topic.*partitions).empty()) continue;
    const auto [place, is_new] = places.try_emplace(name(topic), topics.size());
    if (is_new)
      topics.push_back(std::move(topic));
    else
      std::ranges::move(topic.*partitions, std::back_inserter(topics[place->second].*partitions));
  }
  return topics;
}

}  // namespace spool::broker
