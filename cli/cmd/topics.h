#pragma once

/// What the topic commands share.

#include <vector>

#include "cli/context.h"
#include "core/client/admin.h"

namespace spool::cli {

/// What creating or deleting several topics came to.
struct TopicReport {
  std::string_view command;    ///< "topic create", in front of complaints
  std::string_view done_word;  ///< "created"
  ErrorCode accepted;  ///< an error that was asked to be none, ErrorCode::none when none was
  std::string_view accepted_text;  ///< what is said then
};

/// A note for what was done, a complaint for what failed; all of it as rows on stdout in every form
/// but text. returns  failed when one topic failed
Result<Exit> report_topics(Context& context, const Args& args, const TopicReport& report,
                           const std::vector<client::TopicOutcome>& outcomes);

/// Both ends of every partition of a topic; an error is in the answer.
struct TopicEnds {
  std::vector<client::OffsetAnswer> log_start_offsets;
  std::vector<client::OffsetAnswer> high_watermarks;
};
Result<TopicEnds> find_ends(client::Client& client, const client::TopicInfo& topic);

/// The topic's id for a table; null when the broker is too old to tell.
Cell id_cell(const Uuid& id);

}  // namespace spool::cli
