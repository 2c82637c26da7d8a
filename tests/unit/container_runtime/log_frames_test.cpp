#include "control/runtime/container/log_frames.hpp"

#include "control/runtime/container/container_log.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>
#include <vector>

namespace modelgate::control::runtime::container {
namespace {

std::string frame(char stream, const std::string& text) {
  std::string bytes{stream, '\0', '\0', '\0'};
  for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes.push_back(static_cast<char>((text.size() >> shift) & 0xffU));
  return bytes + text;
}

/// "out 2026-01-01T00:00:00.000Z text", with a '+' at the end of what goes on.
std::vector<std::string> lines_of(log_frames& frames, const std::string& bytes, std::size_t piece) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < bytes.size(); i += piece) {
    BOOST_TEST(frames.feed(bytes.substr(i, piece), [&](const engine_line& line) {
      lines.push_back(std::string{line.stream == log_stream::standard_error ? "err " : "out "}
                      + (line.at ? format_rfc3339(*line.at) : "-") + " " + std::string{line.text}
                      + (line.partial ? "+" : ""));
    }));
  }
  return lines;
}

using texts = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(log_frame_stream)

BOOST_AUTO_TEST_CASE(is_taken_apart_wherever_it_is_cut) {
  const std::string bytes = frame(1, "2026-01-01T00:00:00.125000000Z one\n")
                            + frame(2, "2026-01-01T00:00:01Z two words\n") + frame(1, "2026-01-01T00:00:02Z \n")
                            + frame(1, "no time\n");
  const texts expected{"out 2026-01-01T00:00:00.125Z one", "err 2026-01-01T00:00:01.000Z two words",
                       "out 2026-01-01T00:00:02.000Z ", "out - no time"};
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{8}, bytes.size()}) {
    log_frames frames;
    BOOST_TEST(lines_of(frames, bytes, piece) == expected, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(knows_a_line_that_goes_on_by_its_missing_end) {
  log_frames frames;
  const texts expected{"out 2026-01-01T00:00:00.000Z half+", "out 2026-01-01T00:00:00.000Z of it"};
  const std::string bytes = frame(1, "2026-01-01T00:00:00Z half") + frame(1, "2026-01-01T00:00:00Z of it\n");
  BOOST_TEST(lines_of(frames, bytes, bytes.size()) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(cuts_a_frame_that_is_too_long_and_holds_no_more_than_a_piece_of_it) {
  log_frames frames;
  const std::string bytes = frame(1, "2026-01-01T00:00:00Z " + std::string(40'000, 'x') + "\n");
  const auto lines = lines_of(frames, bytes, 1'000);
  std::size_t letters = 0;
  for (const std::string& line : lines) {
    BOOST_TEST(line.size() < longest_log_line + 64);
    letters += static_cast<std::size_t>(std::count(line.begin(), line.end(), 'x'));
  }
  BOOST_TEST(letters == 40'000U);
  BOOST_TEST(!lines.back().ends_with("+"));
}

BOOST_AUTO_TEST_CASE(several_lines_in_a_frame_have_its_time) {
  log_frames frames;
  const texts expected{"out 2026-01-01T00:00:00.000Z a", "out 2026-01-01T00:00:00.000Z b"};
  const std::string bytes = frame(1, "2026-01-01T00:00:00Z a\nb\n");
  BOOST_TEST(lines_of(frames, bytes, bytes.size()) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_such_stream) {
  log_frames frames;
  const auto nothing = [](const engine_line&) { BOOST_ERROR("no line was expected"); };
  BOOST_TEST(!frames.feed("HTTP/1.1 200 OK", nothing));
  BOOST_TEST(!frames.feed(frame(1, "x\n"), nothing));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(joined_lines)

BOOST_AUTO_TEST_CASE(are_whole_again_with_the_time_of_their_last_piece) {
  using enum log_stream;
  const auto at = [](int seconds) { return system_time{} + std::chrono::seconds{seconds}; };
  std::vector<std::string> lines;
  const log_frames::sink keep = [&](const engine_line& line) {
    lines.push_back(std::to_string(line.at->time_since_epoch() / std::chrono::seconds{1}) + " " + std::string{line.text}
                    + (line.partial ? "+" : ""));
  };
  line_joiner joiner;
  joiner.add({standard_output, at(1), "one ", true}, keep);
  joiner.add({standard_error, at(2), "other", false}, keep);
  joiner.add({standard_output, at(3), "line", false}, keep);
  joiner.add({standard_output, at(4), "", false}, keep);
  joiner.add({standard_output, at(5), "no end", true}, keep);
  joiner.finish(keep);
  joiner.finish(keep);
  const texts expected{"2 other", "3 one line", "4 ", "5 no end"};
  BOOST_TEST(lines == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(that_are_too_long_stay_in_pieces) {
  std::vector<std::pair<std::size_t, bool>> lines;
  const log_frames::sink keep = [&](const engine_line& line) { lines.emplace_back(line.text.size(), line.partial); };
  line_joiner joiner;
  const std::string half(10'000, 'x');
  joiner.add({log_stream::standard_output, {}, half, true}, keep);
  joiner.add({log_stream::standard_output, {}, half, true}, keep);
  joiner.add({log_stream::standard_output, {}, half, false}, keep);
  const std::vector<std::pair<std::size_t, bool>> expected{{10'000, true}, {10'000, true}, {10'000, false}};
  BOOST_TEST((lines == expected));
}

BOOST_AUTO_TEST_CASE(that_an_engine_cut_within_a_character_are_whole_again) {
  texts lines;
  const log_frames::sink keep = [&](const engine_line& line) { lines.emplace_back(line.text); };
  line_joiner joiner;
  const std::string full(16'383, 'x');
  joiner.add({log_stream::standard_output, {}, full + "\xE6", true}, keep);
  joiner.add({log_stream::standard_output, {}, "\xBC\xA2 and more", false}, keep);
  const texts expected{full, "\xE6\xBC\xA2 and more"};
  BOOST_TEST(lines == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

/// A position, and pieces as "out 5" or "err 7.25", in seconds.
struct positions {
  bool take(const std::string& piece) {
    const std::chrono::duration<double> at{std::stod(piece.substr(4))};
    return position.take(piece.starts_with("out") ? log_stream::standard_output : log_stream::standard_error,
                         system_time{} + std::chrono::duration_cast<system_clock::duration>(at));
  }
  /// Which of them are new.
  texts taken(const texts& pieces) {
    texts fresh;
    std::copy_if(pieces.begin(), pieces.end(), std::back_inserter(fresh),
                 [this](const auto& each) { return take(each); });
    return fresh;
  }
  texts again(const texts& pieces) {
    position.begin_again();
    return taken(pieces);
  }

  log_position position;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(log_positions, positions)

BOOST_AUTO_TEST_CASE(leave_out_what_is_known_when_it_comes_again) {
  BOOST_TEST(position.since_seconds() == 0);
  BOOST_TEST(again({"out 15", "out 17", "out 17"}) == (texts{"out 15", "out 17", "out 17"}),
             boost::test_tools::per_element());
  BOOST_TEST(again({"out 15", "out 17", "out 17", "out 17"}) == texts{"out 17"}, boost::test_tools::per_element());
  BOOST_TEST(again({"out 17", "out 17", "out 17", "out 18"}) == texts{"out 18"}, boost::test_tools::per_element());
  BOOST_TEST(again({"out 17.5", "out 18", "out 18.5"}) == texts{"out 18.5"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(take_every_piece_of_one_reading_whatever_its_time) {
  const texts mixed{"out 15.2", "err 15.1", "out 15.3", "err 15.1", "out 15.25", "err 9"};
  BOOST_TEST(again(mixed) == mixed, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(are_two_one_for_each_stream) {
  static_cast<void>(again({"out 15.2", "out 15.4"}));
  BOOST_TEST(again({"out 15.2", "out 15.4", "err 15.3", "err 15.4"}) == (texts{"err 15.3", "err 15.4"}),
             boost::test_tools::per_element());
  BOOST_TEST(again({"out 15.2", "out 15.4", "err 15.3", "err 15.4", "err 15.35"}) == texts{"err 15.35"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(go_on_a_while_before_the_last_piece) {
  static_cast<void>(again({"out 1000.9"}));
  BOOST_TEST(position.since_seconds() == 995);
  static_cast<void>(taken({"err 1000.1"}));
  BOOST_TEST(position.since_seconds() == 995);
  static_cast<void>(taken({"out 2"}));
  BOOST_TEST(position.since_seconds() == 0);
}

BOOST_AUTO_TEST_CASE(outlive_a_clock_that_is_set_back) {
  BOOST_TEST(again({"out 100", "out 101", "out 50", "out 51"}).size() == 4U);
  BOOST_TEST(again({"out 100", "out 101", "out 50", "out 51", "out 52"}) == texts{"out 52"},
             boost::test_tools::per_element());
  BOOST_TEST(taken({"out 100", "out 101"}).size() == 2U);
}

BOOST_AUTO_TEST_CASE(are_passed_too_when_the_engine_has_them_no_more) {
  static_cast<void>(again({"out 15", "out 17"}));
  BOOST_TEST(again({"out 18", "out 17"}) == (texts{"out 18", "out 17"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(of_a_silent_stream_may_be_known_to_be_late) {
  static_cast<void>(again({"out 17"}));
  position.know_until(system_time{} + std::chrono::seconds{15});
  BOOST_TEST(again({"err 14", "err 15", "err 16", "out 16", "out 17"}) == texts{"err 16"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime::container
