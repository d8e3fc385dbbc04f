// Runs a fuzz target over the files of a corpus directory where there is no libFuzzer: each file as
// it is, every prefix of it, and a few hundred mutations from a fixed seed.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Bytes = std::vector<uint8_t>;

constexpr int kMutations = 300;
constexpr size_t kPrefixBytesMax = 600;  // longer prefixes cost much and say little

void run(const Bytes& bytes) { LLVMFuzzerTestOneInput(bytes.data(), bytes.size()); }

void run_variants(const Bytes& bytes) {
  run(bytes);
  for (size_t size = 0; size < bytes.size() && size < kPrefixBytesMax; ++size)
    run(Bytes(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size)));
  std::mt19937 random(1);
  for (int i = 0; i < kMutations && !bytes.empty(); ++i) {
    Bytes changed = bytes;
    for (unsigned n = 0; n <= random() % 4; ++n)
      changed[random() % changed.size()] = static_cast<uint8_t>(random());
    run(changed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  int files = 0;
  for (int i = 1; i < argc; ++i)
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      run_variants(Bytes(std::istreambuf_iterator<char>(file), {}));
      ++files;
    }
  std::printf("%d files\n", files);
  return files > 0 ? 0 : 1;
}
