#include "broker/config/manual.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/support/source_tree.h"

namespace spool::broker {
namespace {

// SPOOL_ACCEPT=1 in the environment writes the page.
TEST_CASE("config manual: the page is current") {
  const std::string page = source_path("man/spool-configs.7");
  const std::string wanted = config_manual();
  if (std::getenv("SPOOL_ACCEPT") != nullptr) std::ofstream(page) << wanted;
  std::ostringstream found;
  found << std::ifstream(page).rdbuf();
  CHECK_MESSAGE(
      found.str() == wanted,
      "run SPOOL_ACCEPT=1 test_broker -tc='config manual*' and commit man/spool-configs.7");
}

TEST_CASE("config manual: a setting that acts has an entry, the others are named") {
  const std::string page = config_manual();
  CHECK(page.find(".It Li retention.ms\n") != std::string::npos);
  CHECK(page.find("long, default 604800000; at least -1\n") != std::string::npos);
  CHECK(page.find(".It Li zookeeper") == std::string::npos);
  CHECK(page.find(".It Li remote.storage.enable\n") == std::string::npos);
  CHECK(page.find(".Li remote.storage.enable ,\n") != std::string::npos);
}

}  // namespace
}  // namespace spool::broker
