#pragma once

/// Entries of the files around a log, and batches, as lines.

#include <string>

#include "cli/io/out.h"
#include "core/base/error.h"
#include "core/storage/file.h"
#include "core/storage/log_scan.h"

namespace spool::cli {

/// Prints the entries of an index, a producer snapshot, a checkpoint, leader epochs,
/// partition.metadata, meta.properties, quorum-state: as columns, or as JSON lines. Names with
/// .deleted, .cleaned or .swap behind them are of the kind that stands before it.
/// errors  parse_error: damaged; unsupported: a kind of file that brokers do not write
Status print_small_file(storage::FileSystem& fs, const std::string& path, bool as_json, Out& out);

/// A batch, or a damaged range, as one line.
void append_batch_text(std::string& out, const storage::ScanItem& item, const std::string& log);
void append_batch_json(std::string& out, const storage::ScanItem& item, const std::string& log);

}  // namespace spool::cli
