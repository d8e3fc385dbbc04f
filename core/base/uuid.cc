#include "core/base/uuid.h"

#include "core/base/text.h"

namespace spool {

Uuid Uuid::from_halves(uint64_t high, uint64_t low) {
  Uuid id;
  store_be(id.bytes.data(), high);
  store_be(id.bytes.data() + 8, low);
  return id;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 22) return std::nullopt;
  std::string standard(text);
  for (char& c : standard) {
    if (c == '+' || c == '/' || c == '=') return std::nullopt;
    if (c == '-') c = '+';
    if (c == '_') c = '/';
  }
  const auto decoded = base64_decode(standard + "==");
  if (!decoded || decoded->size() != 16) return std::nullopt;
  Uuid id;
  std::memcpy(id.bytes.data(), decoded->data(), 16);
  return id;
}

std::string Uuid::to_string() const {
  std::string text = base64_encode(as_text(BytesView(bytes)));
  text.resize(22);
  for (char& c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return text;
}

}  // namespace spool
