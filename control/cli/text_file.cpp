#include "control/cli/text_file.hpp"

#include "modelgate/base/errc.hpp"
#include "modelgate/base/small_file.hpp"

#include <istream>
#include <iterator>

namespace modelgate::control::cli {
namespace {

outcome<std::string> read_file(const std::filesystem::path& file, std::size_t most) {
  auto text = read_small_file(file, most);
  if (text) return std::move(*text);
  if (text.error() == errc::body_too_large)
    return failure{exit_code::usage, file.string() + " is too large to be what was meant", {}};
  return failure{exit_code::usage, "cannot read " + file.string() + ": " + text.error().message(), {}};
}

}  // namespace

outcome<std::string> read_text_file(const std::filesystem::path& file) {
  return read_file(file, largest_text);
}

outcome<std::string> read_given_text(std::istream& in, const std::string& file, std::size_t most) {
  outcome<std::string> text =
      file == "-" ? outcome<std::string>{std::string{std::istreambuf_iterator<char>{in}, {}}} : read_file(file, most);
  if (text && text->empty())
    return failure{exit_code::usage, (file == "-" ? std::string{"standard input"} : file) + " is empty", {}};
  return text;
}

}  // namespace modelgate::control::cli
