#include "control/runtime/external/replica_file.hpp"

#include "control/domain/limits.hpp"
#include "control/domain/names.hpp"
#include "control/domain/replica_url.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace modelgate::control::runtime::external {
namespace {

constexpr std::size_t largest_file = 65'536;

struct open_file {
  explicit open_file(const std::filesystem::path& path)
      : descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)} {}
  ~open_file() {
    if (descriptor >= 0) ::close(descriptor);
  }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;

  const int descriptor;
};

}  // namespace

result<std::vector<std::string>, std::string> parse_replica_file(std::string_view text) {
  using answer = result<std::vector<std::string>, std::string>;
  std::size_t number = 0;
  const auto wrong = [&](const std::string& what) {
    return answer{boost::system::in_place_error, "line " + std::to_string(number) + ": " + what};
  };
  std::vector<std::string> urls;
  std::vector<domain::replica_url> places;
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return wrong("is not ended by a line feed; is the file still being written?");
    const std::string_view line = domain::trimmed(text.substr(0, std::min(text.find('#'), end)));
    text.remove_prefix(end + 1);
    if (line.empty()) continue;
    auto place = domain::parse_replica_url(line);
    if (!place) return wrong(place.error());
    if (std::find(places.begin(), places.end(), *place) != places.end()) return wrong("is listed twice");
    if (urls.size() == domain::limits::external_urls) {
      return wrong("is one more than the " + std::to_string(domain::limits::external_urls) + " URLs that are allowed");
    }
    places.push_back(std::move(*place));
    urls.emplace_back(line);
  }
  if (urls.empty()) return answer{boost::system::in_place_error, "it lists no URL"};
  return answer{boost::system::in_place_value, std::move(urls)};
}

result<std::string, std::string> read_replica_file(const std::filesystem::path& path) {
  using answer = result<std::string, std::string>;
  const auto failed = [](std::string why) { return answer{boost::system::in_place_error, std::move(why)}; };
  const auto system_says = [&] { return failed("it cannot be read: " + std::generic_category().message(errno)); };
  const open_file file{path};
  if (file.descriptor < 0) return system_says();
  struct stat status {};
  if (::fstat(file.descriptor, &status) != 0) return system_says();
  if (!S_ISREG(status.st_mode)) return failed("it is no regular file");
  std::string text(largest_file + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.descriptor, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_says();
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > largest_file) return failed("it is larger than 64 KiB");
  text.resize(size);
  return answer{boost::system::in_place_value, std::move(text)};
}

}  // namespace modelgate::control::runtime::external
