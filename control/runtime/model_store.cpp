#include "control/runtime/model_store.hpp"

#include "control/runtime/archive.hpp"
#include "control/runtime/file_handle.hpp"
#include "control/runtime/model_uri.hpp"

#include "modelgate/http_io/client.hpp"
#include "modelgate/net/tls_context.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace modelgate::control::runtime {
namespace {

namespace fs = std::filesystem;

using outcome = result<void, std::string>;

constexpr std::string_view unfinished = ".part";
constexpr std::string_view fetched_file = ".fetched";
constexpr std::string_view nobody_wants_it = "was given up: nobody wants it any more";
constexpr std::size_t fetching_threads = 2;
constexpr std::size_t fetching_queue = 256;

std::string hex(const std::array<unsigned char, crypto_hash_sha256_BYTES>& digest) {
  std::string text(2 * digest.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
  text.pop_back();
  return text;
}

result<std::string, std::string> checksum_of(const fs::path& file) {
  using boost::system::in_place_error;
  const file_handle in{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!in) return {in_place_error, "cannot be read: " + std::generic_category().message(errno)};
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  std::array<unsigned char, 65'536> block{};
  for (;;) {
    const ssize_t got = ::read(in.get(), block.data(), block.size());
    if (got < 0) return {in_place_error, "cannot be read: " + std::generic_category().message(errno)};
    if (got == 0) break;
    crypto_hash_sha256_update(&state, block.data(), static_cast<unsigned long long>(got));
  }
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256_final(&state, digest.data());
  return {boost::system::in_place_value, hex(digest)};
}

/// One answer into a file. Redirects are not followed: they could lead to where nobody may fetch from.
outcome download(const model_uri& from, const net::endpoint& address, const fs::path& file,
                 const config::model_settings& settings, const std::function<std::string()>& given_up) {
  http_io::client_request request;
  request.target = from.path;
  request.fields.add("Host", net::to_string({from.host, from.port}));
  if (from.uses_tls) {
    auto trusted = net::tls_client_context::load(settings.ca_file);
    if (!trusted) return trusted.error();
    request.tls = *trusted;
    request.tls_server_name = from.host;
  }
  const file_handle out{::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR)};
  if (!out) return "cannot be kept: " + std::generic_category().message(errno);
  std::uint64_t bytes = 0;
  std::string trouble;
  const steady_time deadline = steady_clock::now() + settings.fetch_timeout;
  const auto keep = [&](std::string_view piece) {
    bytes += piece.size();
    if (bytes > settings.bytes)
      trouble = "has more than " + std::to_string(settings.bytes) + " bytes (runtime.models.bytes)";
    if (steady_clock::now() > deadline) trouble = "did not come within runtime.models.fetch_timeout";
    if (trouble.empty()) trouble = given_up();
    while (trouble.empty() && !piece.empty()) {
      const ssize_t part = ::write(out.get(), piece.data(), piece.size());
      if (part < 0) trouble = "cannot be kept: " + std::generic_category().message(errno);
      if (part > 0) piece.remove_prefix(static_cast<std::size_t>(part));
    }
    return trouble.empty();
  };
  // For the head, and then for each piece.
  constexpr std::chrono::milliseconds longest_silence{10'000};
  const auto answer =
      http_io::fetch_blocking(address, request, std::min(settings.fetch_timeout, longest_silence), keep);
  if (!trouble.empty()) return trouble;
  if (!answer) return "was not answered: " + answer.error().message();
  if (answer->status != 200) return "was answered " + std::to_string(answer->status);
  return {};
}

}  // namespace

model_store::model_store(fs::path folder, config::model_settings settings, resolve_function resolve)
    : folder_{std::move(folder)},
      resolve_{std::move(resolve)},
      settings_{std::move(settings)},
      fetching_{"models", fetching_threads, fetching_queue} {
  constexpr auto everybody_may_enter = static_cast<mode_t>(0755);
  if ((::mkdir(folder_.c_str(), everybody_may_enter) != 0 && errno != EEXIST) || sodium_init() < 0)
    throw std::runtime_error{"The folder \"" + folder_.native()
                             + "\" cannot be made: " + std::generic_category().message(errno) + "."};
}

void model_store::reconfigure(config::model_settings settings) {
  const std::lock_guard lock{mutex_};
  settings_ = std::move(settings);
}

std::string model_store::revision_of(const std::string& replica) {
  return replica.substr(0, replica.rfind('-'));
}

std::shared_ptr<model_store::entry> model_store::entry_of(const std::string& revision, const std::string& holder) {
  const std::lock_guard lock{mutex_};
  auto& found = entries_[revision];
  if (!found) found = std::make_shared<entry>();
  found->holders.insert(holder);
  return found;
}

void model_store::hold(const std::string& replica) {
  const std::string revision = revision_of(replica);
  std::error_code problem;
  if (fs::exists(folder_ / revision, problem)) static_cast<void>(entry_of(revision, replica));
}

bool model_store::want(const std::string& replica, const std::string& uri) {
  {
    const std::lock_guard lock{mutex_};
    if (!is_fetched(uri, settings_.sources)) return false;
  }
  static_cast<void>(entry_of(revision_of(replica), replica));
  return true;
}

void model_store::release(const std::string& replica) {
  const std::string revision = revision_of(replica);
  const std::lock_guard lock{mutex_};
  const auto found = entries_.find(revision);
  if (found == entries_.end()) return;
  found->second->holders.erase(replica);
  if (!found->second->holders.empty()) return;
  found->second->is_wanted = false;
  entries_.erase(found);
  std::error_code problem;
  fs::remove_all(folder_ / revision, problem);
}

void model_store::remove_unheld() {
  const std::lock_guard lock{mutex_};
  std::error_code problem;
  for (const fs::directory_entry& each : fs::directory_iterator{folder_, problem}) {
    if (!entries_.contains(each.path().filename().native())) fs::remove_all(each.path(), problem);
  }
}

result<fs::path, std::string> model_store::ensure(const std::string& replica, const std::string& uri) {
  using boost::system::in_place_error;
  using boost::system::in_place_value;
  config::model_settings settings;
  {
    const std::lock_guard lock{mutex_};
    settings = settings_;
  }
  if (!is_fetched(uri, settings.sources)) return {in_place_value, fs::path{}};
  const std::string revision = revision_of(replica);
  const auto held = entry_of(revision, replica);
  const std::lock_guard one_at_a_time{held->fetching};
  const fs::path whole = folder_ / revision;
  std::error_code problem;
  if (fs::exists(whole, problem)) return {in_place_value, whole};
  // Of its own: what was given up, or let go with the program before an upgrade, may take a while to notice.
  const fs::path part =
      whole.native() + std::string{unfinished} + std::to_string(::getpid()) + "-" + std::to_string(++attempts_);
  fs::remove_all(part, problem);
  fs::create_directory(part, problem);
  fs::permissions(part, fs::perms{0755}, problem);
  auto fetched = problem ? outcome{"cannot be kept: " + problem.message()} : fetch(uri, part, settings, *held);
  if (fetched) {
    const std::lock_guard lock{mutex_};
    if (!held->is_wanted) {
      fetched = std::string{nobody_wants_it};
    } else {
      fs::rename(part, whole, problem);
      if (problem) fetched = "cannot be kept: " + problem.message();
    }
  }
  if (fetched) return {in_place_value, whole};
  fs::remove_all(part, problem);
  return {in_place_error, "the model \"" + uri + "\" " + fetched.error()};
}

bool model_store::is_fetching(const std::string& replica) {
  const std::lock_guard lock{mutex_};
  return under_way_.contains(revision_of(replica));
}

result<fs::path, std::string> model_store::ensure_within(const std::string& replica, const std::string& uri,
                                                         std::chrono::milliseconds patience) {
  using boost::system::in_place_error;
  using task = std::packaged_task<result<fs::path, std::string>()>;
  const std::string revision = revision_of(replica);
  std::shared_future<result<fs::path, std::string>> coming;
  {
    const std::lock_guard lock{mutex_};
    if (!is_fetched(uri, settings_.sources)) return {boost::system::in_place_value, fs::path{}};
    auto& known = under_way_[revision];
    if (!known.valid()) {
      const auto job = std::make_shared<task>([this, replica, uri] { return ensure(replica, uri); });
      known = job->get_future().share();
      if (!fetching_.try_run([job] { (*job)(); })) {
        under_way_.erase(revision);
        return {in_place_error, "the model \"" + uri + "\" has to wait: too many are being fetched"};
      }
    }
    coming = known;
  }
  if (coming.wait_for(patience) != std::future_status::ready)
    return {in_place_error, "the model \"" + uri + "\" is still being fetched"};
  {
    const std::lock_guard lock{mutex_};
    under_way_.erase(revision);
  }
  auto fetched = coming.get();
  if (fetched) hold(replica);
  return fetched;
}

outcome model_store::fetch(const std::string& uri, const fs::path& into, const config::model_settings& settings,
                           const entry& of) const {
  const auto from = parse_model_uri(uri);
  if (!from) return from.error();
  const unpack_limits limits{settings.bytes, settings.entries};
  std::error_code problem;
  if (from->is_file) {
    const fs::path file = fs::canonical(from->path, problem);
    // A link on the way could lead out of the folder that may be fetched from.
    if (problem || file != fs::path{from->path})
      return problem ? "cannot be read: " + problem.message() : std::string{"leads over a link"};
    if (fs::is_directory(file, problem)) {
      if (!from->sha256.empty()) return std::string{"is a folder, which has no checksum"};
      return copy_folder(file, into, limits);
    }
    if (!fs::is_regular_file(file, problem)) return std::string{"is neither a file nor a folder"};
    if (fs::file_size(file, problem) > settings.bytes) return std::string{"is larger than runtime.models.bytes"};
    if (!from->sha256.empty()) {
      const auto sum = checksum_of(file);
      if (!sum) return sum.error();
      if (*sum != from->sha256) return "has another checksum: " + *sum;
    }
    return unpack(file, into, from->name, limits);
  }
  std::vector<std::string> addresses{from->host};
  if (!from->is_literal) {
    auto found = resolve_(from->host);
    if (!found) return "cannot be fetched: " + found.error();
    addresses = std::move(*found);
  }
  const fs::path file = into.native() + std::string{fetched_file};
  const auto given_up = [&]() -> std::string {
    if (stopping_) return "was given up: modelgate is stopping";
    return of.is_wanted ? std::string{} : std::string{nobody_wants_it};
  };
  outcome fetched = std::string{"cannot be fetched: the name has no address"};
  for (const std::string& address : addresses) {
    fetched = download(*from, {address, from->port}, file, settings, given_up);
    if (fetched || !given_up().empty()) break;
  }
  if (fetched && !from->sha256.empty()) {
    const auto sum = checksum_of(file);
    if (!sum)
      fetched = sum.error();
    else if (*sum != from->sha256)
      fetched = "has another checksum: " + *sum;
  }
  if (fetched) fetched = unpack(file, into, from->name, limits);
  fs::remove(file, problem);
  return fetched;
}

}  // namespace modelgate::control::runtime
