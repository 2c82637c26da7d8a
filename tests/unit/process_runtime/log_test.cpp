#include "control/runtime/end_text.hpp"
#include "control/runtime/log_file.hpp"
#include "control/runtime/log_file_reader.hpp"
#include "control/runtime/log_line.hpp"
#include "control/runtime/process/log_capture.hpp"

#include "modelgate/base/errc.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>

namespace modelgate::control::runtime {
namespace {

using pieces = std::vector<std::pair<std::string, bool>>;

struct splitting {
  void feed(std::string_view bytes) {
    splitter.feed(bytes, [&](std::string_view text, bool partial) { found.emplace_back(text, partial); });
  }

  line_splitter splitter;
  pieces found;
};

struct logged {
  logged() {
    std::string pattern = "/tmp/modelgate-log-XXXXXX";
    BOOST_TEST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    folder = pattern;
  }
  ~logged() { std::filesystem::remove_all(folder); }

  static std::string record(const std::string& text, std::chrono::seconds at = {}) {
    std::string line;
    append_log_record(line, system_time{at}, log_stream::standard_output, false, text);
    return line;
  }

  std::unique_ptr<log_reader> open(const log_query& query) const {
    auto opened = log_file_reader::open(folder, query, end);
    BOOST_TEST_REQUIRE(opened.has_value());
    return std::move(*opened);
  }

  std::string tail(std::size_t lines) const {
    log_query query;
    query.tail_lines = lines;
    return open(query)->read_more();
  }

  std::filesystem::path folder;
  std::shared_ptr<std::atomic<bool>> end = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(line_splitting, splitting)

BOOST_AUTO_TEST_CASE(cuts_at_line_ends_wherever_the_reads_were_cut) {
  feed("on");
  feed("e\ntwo\n\nthr");
  feed("ee");
  splitter.finish([&](std::string_view text, bool partial) { found.emplace_back(text, partial); });
  BOOST_TEST((found == pieces{{"one", false}, {"two", false}, {"", false}, {"three", false}}));
}

BOOST_AUTO_TEST_CASE(keeps_no_more_of_a_line_than_its_limit) {
  const std::string full(longest_log_line, 'x');
  feed(full + "\n");
  BOOST_TEST((found == pieces{{full, false}}));
  found.clear();
  feed(full);
  feed("y\n");
  BOOST_TEST((found == pieces{{full, true}, {"y", false}}));
  found.clear();
  feed(full + full + "z\n");
  BOOST_TEST((found == pieces{{full, true}, {full, true}, {"z", false}}));
}

BOOST_AUTO_TEST_CASE(cuts_a_long_line_between_characters) {
  for (const std::string character : {"a", "\xC3\xA4", "\xE6\xBC\xA2", "\xF0\x9F\x98\x80"}) {
    found.clear();
    std::string line = "x";
    while (line.size() <= 2 * longest_log_line) line += character;
    feed(line + "\n");
    BOOST_TEST(found.size() == 3U);
    std::string whole;
    for (const auto& [text, partial] : found) {
      BOOST_TEST((text.size() - (whole.empty() ? 1 : 0)) % character.size() == 0U);
      whole += text;
    }
    BOOST_TEST((whole == line));
  }
  found.clear();
  feed(std::string(longest_log_line + 1, '\x80') + "\n");  // no text at all
  BOOST_TEST(found.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(log_records)

BOOST_AUTO_TEST_CASE(stand_in_the_format_that_tools_know) {
  std::string text;
  append_log_record(text, system_time{std::chrono::nanoseconds{1'500'000'042}}, log_stream::standard_error, true,
                    "a b");
  BOOST_TEST(text == "1970-01-01T00:00:01.500000042Z stderr P a b\n");
  text.pop_back();
  const auto record = parse_log_record(text);
  BOOST_TEST_REQUIRE(record.has_value());
  BOOST_TEST(record->text == "a b");
  BOOST_TEST(record->partial);
  BOOST_TEST((parse_rfc3339(record->time) == system_time{std::chrono::nanoseconds{1'500'000'042}}));
}

BOOST_AUTO_TEST_CASE(are_told_from_other_lines) {
  for (const char* line : {"", "x", "1970-01-01T00:00:01.5Z", "1970-01-01T00:00:01.5Z stdout",
                           "1970-01-01T00:00:01.5Z stdout X a", "1970-01-01T00:00:01.5Z stdfoo F a"}) {
    BOOST_TEST(!parse_log_record(line).has_value(), line);
  }
  BOOST_TEST(parse_log_record("1970-01-01T00:00:01.5Z stdout F ")->text == "");
  BOOST_TEST((parse_log_record("1970-01-01T00:00:01.5Z stdout F x")->stream == log_stream::standard_output));
  BOOST_TEST((parse_log_record("1970-01-01T00:00:01.5Z stderr F x")->stream == log_stream::standard_error));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(log_files, logged)

BOOST_AUTO_TEST_CASE(give_the_tail_that_is_asked_for_over_a_rotation) {
  log_file file{folder, 150};
  for (int i = 0; i < 5; ++i) file.append(record(std::to_string(i)));
  BOOST_TEST(std::filesystem::exists(folder / "log.1"));
  BOOST_TEST(tail(0) == "");
  BOOST_TEST(tail(1) == "4\n");
  BOOST_TEST(tail(2) == "3\n4\n");
  BOOST_TEST(tail(4) == "1\n2\n3\n4\n");
  BOOST_TEST(tail(100) == tail(5));
}

BOOST_AUTO_TEST_CASE(are_followed_over_rotations_to_their_end) {
  log_file file{folder, 150};
  const auto reader = open({});
  BOOST_TEST(reader->read_more() == "");
  std::string text;
  for (int i = 0; i < 20; ++i) {
    file.append(record(std::to_string(i)));
    text += reader->read_more();
  }
  std::string expected;
  for (int i = 0; i < 20; ++i) expected += std::to_string(i) + "\n";
  BOOST_TEST(text == expected);
  BOOST_TEST(!reader->finished());
  file.append(record("last"));
  end->store(true);
  BOOST_TEST(reader->read_more() == "last\n");
  BOOST_TEST(reader->read_more() == "");
  BOOST_TEST(reader->finished());
}

BOOST_AUTO_TEST_CASE(end_where_they_were_when_opened_unless_they_are_followed) {
  log_file file{folder, 150};
  for (int i = 0; i < 5; ++i) file.append(record(std::to_string(i)));
  BOOST_TEST(std::filesystem::exists(folder / "log.1"));
  const std::string there = tail(100);
  log_query query;
  query.follow = false;
  const auto reader = open(query);
  for (int i = 5; i < 20; ++i) file.append(record(std::to_string(i)));  // over several rotations
  BOOST_TEST(reader->read_more() == there);
  BOOST_TEST(reader->finished());
  file.append(record("more"));
  BOOST_TEST(reader->read_more() == "");
}

BOOST_AUTO_TEST_CASE(of_one_instance_do_not_run_on_into_the_next) {
  log_file file{folder, 10'000};
  file.append(record("first"));
  const auto reader = open({});
  end->store(true);
  file.begin_instance();
  file.append(record("second"));
  BOOST_TEST(reader->read_more() == "first\n");
  BOOST_TEST(reader->finished());
  log_query previous;
  previous.previous = true;
  BOOST_TEST(open(previous)->read_more() == "first\n");
}

BOOST_AUTO_TEST_CASE(give_only_what_is_young_enough_with_its_time) {
  log_file file{folder, 10'000};
  file.append(record("old", std::chrono::seconds{10}) + record("young", std::chrono::seconds{20}));
  log_query query;
  query.since = system_time{std::chrono::seconds{15}};
  query.timestamps = true;
  BOOST_TEST(open(query)->read_more() == "1970-01-01T00:00:20.000000000Z young\n");
}

BOOST_AUTO_TEST_CASE(that_do_not_exist_are_not_found_once_nothing_can_come) {
  log_query previous;
  previous.previous = true;
  BOOST_TEST(log_file_reader::open(folder, previous, end).error() == make_error_code(errc::not_found));
  BOOST_TEST(open({})->read_more() == "");
  end->store(true);
  BOOST_TEST(log_file_reader::open(folder, {}, end).error() == make_error_code(errc::not_found));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(presentable_text)

BOOST_AUTO_TEST_CASE(is_valid_utf8_without_control_characters) {
  BOOST_TEST(presentable("plain\ttext") == "plain\ttext");
  BOOST_TEST(presentable("\x1b[31mred\r") == "?[31mred?");
  BOOST_TEST(presentable("caf\xc3\xa9 \xe2\x82\xac") == "caf\xc3\xa9 \xe2\x82\xac");
  BOOST_TEST(presentable("\xff\xc3x\xed\xa0\x80\xc0\xaf") == std::string{"??x"} + "?????");
}

BOOST_AUTO_TEST_CASE(is_cut_between_characters) {
  const std::string text(499, 'x');
  BOOST_TEST(presentable(text + "y") == text + "y");
  BOOST_TEST(presentable(text + "\xc3\xa9") == text + "...");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime
