// Resolves the names given, as a fully static program: glibc warns at link time that getaddrinfo
// needs shared libraries at run time, and this shows that for files and DNS, which glibc has built
// in, it does not.

#include <netdb.h>

#include <cstdio>

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(argv[i], "9092", &hints, &found);
    if (error != 0) {
      std::fprintf(stderr, "%s: %s\n", argv[i], ::gai_strerror(error));
      return 1;
    }
    ::freeaddrinfo(found);
  }
  return 0;
}
