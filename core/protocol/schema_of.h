#pragma once

#include "core/protocol/schema.h"

/// Where tables become objects. Only the schemas_*.cc files include this: each instantiates the
/// tables of one area, so that they compile in parallel and once (a table costs up to a second with
/// sanitizers).
namespace spool::protocol {

namespace detail {
template <class M>
inline constexpr Schema kSchema{
    .message = &M::kInfo,
    .root = &kStructInfo<M>,
    .create = []() -> void* { return new M; },
    .destroy = [](void* message) { delete static_cast<M*>(message); },
};
}  // namespace detail

template <class M>
const Schema& schema_of() {
  return detail::kSchema<M>;
}

}  // namespace spool::protocol

#define SPOOL_SCHEMA(M) template const Schema& schema_of<M>();
#define SPOOL_SCHEMAS(Stem) SPOOL_SCHEMA(Stem##Request) SPOOL_SCHEMA(Stem##Response)
