#pragma once

#include <cstdlib>

/// A property a fuzz target asserts; failing it is a finding.
#define REQUIRE(condition) ((condition) ? void(0) : std::abort())
