#include "tests/support/source_tree.h"

#include "core/base/text.h"

namespace spool {

std::string source_path(std::string_view relative) { return concat(SPOOL_SOURCE_DIR, '/', relative); }

}  // namespace spool
