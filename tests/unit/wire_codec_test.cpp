#include "core/wire/codec.h"
#include "core/wire/json.h"
#include "core/wire/unpacker.h"
#include "tests/unit/memory_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace ipclens {
namespace {

// A struct with a field of every kind.
struct Everything {
    bool flag = false;
    std::int64_t negative = 0;
    std::uint64_t large = 0;
    std::uint8_t small = 0;
    double fraction = 0;
    std::string text;
    ErrorKind kind = ErrorKind::Failed;
    std::optional<std::string> maybe;
    std::vector<AddressRange> ranges;
    Bytes bytes;
    IPCLENS_FIELDS(flag, negative, large, small, fraction, text, kind, maybe, ranges, bytes)
};

Bytes joined(const Frame &frame)
{
    Bytes bytes;
    for (const auto piece : frame.pieces())
        bytes.insert(bytes.end(), piece.begin(), piece.end());
    return bytes;
}

// Frames it cuts out of `bytes`.
Result<IncomingFrame> received(const Bytes &bytes)
{
    static std::unique_ptr<MemoryStream> stream;
    static std::unique_ptr<FrameReader> reader;
    stream = std::make_unique<MemoryStream>(bytes);
    reader = std::make_unique<FrameReader>(*stream);
    auto frame = reader->next();
    if (!frame)
        return Failure(frame.error());
    return IncomingFrame::open(std::move(frame->value()));
}

Result<AnyCommand> throughWire(const AnyCommand &command)
{
    auto frame = received(joined(packRequest(7, command)));
    if (!frame)
        return Failure(frame.error());
    EXPECT_EQ(frame->id(), 7u);
    return frame->command();
}

// The problem of unpacking T from one item.
template <class T>
std::string problemOf(std::initializer_list<int> bytes)
{
    Bytes head;
    for (const int byte : bytes)
        head.push_back(static_cast<std::byte>(byte));
    ReceivedFrame frame{.head = head};
    Unpacker unpacker(frame, 0);
    T value{};
    return unpacker.unpack(value) ? "" : unpacker.problem();
}

TEST(Codec, CommandsComeOutAsTheyWentIn)
{
    const WriteMemory command{.source = 3, .address = 0xffff'ffff'ffff'fff0, .expected = Bytes(), .bytes = Bytes(100'000),
                              .undoes = 1};
    const auto out = throughWire(command);
    ASSERT_TRUE(out) << toText(out.error());
    EXPECT_EQ(std::get<WriteMemory>(*out).fields(), command.fields());
    const StartWatch watch{.source = 1, .ranges = {{1, 2}, {3, 4}}, .rate = 0.1};
    EXPECT_EQ(std::get<StartWatch>(*throughWire(watch)).fields(), watch.fields());
    const SendCopyData none{.window = 1};
    EXPECT_EQ(std::get<SendCopyData>(*throughWire(none)).data, std::nullopt);
}

TEST(Codec, EveryCommandComesOutAsItself)
{
    [&]<std::size_t... indices>(std::index_sequence<indices...>) {
        (
            [&] {
                const AnyCommand command(std::in_place_index<indices>);
                const auto out = throughWire(command);
                ASSERT_TRUE(out) << toText(out.error());
                EXPECT_EQ(out->index(), indices);
            }(),
            ...);
    }(std::make_index_sequence<std::variant_size_v<AnyCommand>>());
}

TEST(Codec, RepliesAndErrorsComeOutAsTheyWentIn)
{
    MemoryImages images;
    for (const std::size_t size : {0, 1, 4095, 4096, 32767, 32768, 100'000, 3 << 20}) {
        MemoryImage image{.address = size, .bytes = Bytes(size, std::byte{7}), .time = -5};
        if (size > 10) {
            image.unreadable = {{size + 1, 2}};
            image.why = Error{.kind = ErrorKind::Unreadable, .code = 998, .meaning = "\xff not UTF-8"};
        }
        images.images.push_back(std::move(image));
    }
    const std::size_t index = AnyCommand(ReadMemory{}).index();
    const Result<AnyReply> reply(images);
    auto frame = received(joined(packResponse(9, reply)));
    ASSERT_TRUE(frame);
    const auto out = frame->reply(index);
    ASSERT_TRUE(out) << toText(out.error());
    EXPECT_EQ(std::get<MemoryImages>(*out).images, images.images);

    const Error error{.kind = ErrorKind::Refused, .code = 5, .operation = "a", .object = "b", .meaning = "c", .hint = "d"};
    EXPECT_EQ(received(joined(packResponse(9, Result<AnyReply>(std::unexpected(error)))))->reply(index).error(), error);
}

TEST(Codec, LargeBytesAreNotCopiedIntoAFrame)
{
    const WriteMemory command{.bytes = Bytes(1 << 20)};
    const AnyCommand any(command);
    const Frame frame = packRequest(1, any);
    bool found = false;
    for (const auto piece : frame.pieces())
        found = found || piece.data() == std::get<WriteMemory>(any).bytes.data();
    EXPECT_TRUE(found);
    EXPECT_EQ(joined(frame).size(), frame.size());
    std::size_t rest = 0;
    for (const auto piece : frame.pieces(10))
        rest += piece.size();
    EXPECT_EQ(rest, frame.size() - 10);
    EXPECT_TRUE(frame.pieces(frame.size()).empty());
}

TEST(Codec, ReadsFramesHoweverTheyAreCut)
{
    MemoryImages images;
    images.images = {{.bytes = Bytes(50'000, std::byte{1})}, {.bytes = Bytes(33'000, std::byte{2})},
                     {.bytes = Bytes(10, std::byte{3})}};
    Bytes bytes;
    for (int i = 0; i < 5; ++i) {
        const Bytes one = joined(packResponse(static_cast<CallId>(i), Result<AnyReply>(images)));
        bytes.insert(bytes.end(), one.begin(), one.end());
        const Bytes other = joined(packRequest(1, AnyCommand(OpenSource{.spec = {.name = std::string(70'000, 'n')}})));
        bytes.insert(bytes.end(), other.begin(), other.end());
    }
    for (const std::size_t atOnce : {1, 7, 4096, 65'536, 1 << 20}) {
        MemoryStream stream(bytes, atOnce);
        FrameReader reader(stream);
        for (CallId i = 0; i < 5; ++i) {
            auto frame = IncomingFrame::open(std::move(reader.next().value().value()));
            ASSERT_EQ(frame->id(), i);
            const auto reply = frame->reply(AnyCommand(ReadMemory{}).index());
            ASSERT_TRUE(reply) << toText(reply.error());
            ASSERT_EQ(std::get<MemoryImages>(*reply).images, images.images);
            auto other = IncomingFrame::open(std::move(reader.next().value().value()));
            const auto command = other->command();
            ASSERT_TRUE(command) << toText(command.error());
            ASSERT_EQ(std::get<OpenSource>(*command).spec.name.size(), 70'000u);
        }
        EXPECT_FALSE(reader.next().value());
    }
}

TEST(Codec, SkipsFieldsItDoesNotKnowAndLeavesOthersAsTheyAre)
{
    // {"new": [1, {"a": bin 3}], "small": 5}
    Everything value{.text = "as it was"};
    Bytes head;
    for (const int byte : {0x82, 0xa3, int('n'), int('e'), int('w'), 0x92, 1, 0x81, 0xa1, int('a'), 0xc4, 3, 1, 2, 3, 0xa5,
                           int('s'), int('m'), int('a'), int('l'), int('l'), 5})
        head.push_back(static_cast<std::byte>(byte));
    ReceivedFrame frame{.head = head};
    Unpacker unpacker(frame, 0);
    ASSERT_TRUE(unpacker.unpack(value)) << unpacker.problem();
    EXPECT_EQ(value.small, 5);
    EXPECT_EQ(value.text, "as it was");
}

TEST(Codec, NamesTheFieldAndTheProblem)
{
    using testing::HasSubstr;
    EXPECT_THAT((problemOf<Everything>({0x81, 0xa5, 's', 'm', 'a', 'l', 'l', 0xcd, 1, 0})),
                testing::AllOf(HasSubstr("field small"), HasSubstr("256"), HasSubstr("255")));
    EXPECT_THAT((problemOf<Everything>({0x81, 0xa5, 's', 'm', 'a', 'l', 'l', 0xff})), HasSubstr("-1"));
    EXPECT_THAT((problemOf<Everything>({0x81, 0xa4, 'k', 'i', 'n', 'd', 0xa2, 'N', 'o'})),
                testing::AllOf(HasSubstr("field kind"), HasSubstr("\"No\"")));
    // {"ranges": [{}, {"size": "x"}]}
    EXPECT_THAT((problemOf<Everything>({0x81, 0xa6, 'r', 'a', 'n', 'g', 'e', 's', 0x92, 0x80, 0x81, 0xa4, 's', 'i', 'z',
                                        'e', 0xa1, 'x'})),
                HasSubstr("field ranges[1].size: expected a whole number, found text"));
    EXPECT_THAT((problemOf<Everything>({0x81, 1, 1})), HasSubstr("expected text"));
    EXPECT_THAT((problemOf<Everything>({0x90})), HasSubstr("expected a map"));
    EXPECT_THAT((problemOf<Everything>({0x81, 0xa4, 'f', 'l'})), HasSubstr("too early"));
    EXPECT_THAT((problemOf<bool>({1})), HasSubstr("expected true or false"));
    EXPECT_THAT((problemOf<double>({0xa0})), HasSubstr("expected a number"));
    EXPECT_THAT((problemOf<Bytes>({0xa0})), HasSubstr("expected bytes"));
    EXPECT_THAT((problemOf<std::vector<std::vector<Done>>>({0xdd, 0x7f, 0xff, 0xff, 0xff})), HasSubstr("over 4000000"));
    EXPECT_EQ(problemOf<double>({0xca, 0x3f, 0x80, 0, 0}), "");
    EXPECT_EQ(problemOf<double>({0x01}), "");
    EXPECT_EQ(problemOf<std::int64_t>({0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0}), "");
    EXPECT_EQ(problemOf<std::uint8_t>({0xd1, 0, 200}), "") << "a positive number in a signed form";
}

TEST(Codec, MakesJsonOfTheSameFields)
{
    EXPECT_EQ(toJson(AnyReply(Done{})), "{}");
    EXPECT_EQ(toJson(AnyReply(MemoryImages{{{.address = 16, .bytes = toBytes("Hi"), .time = 5}}})),
              R"({"images":[{"address":16,"bytes":"4869","unreadable":[],"why":null,"time":5}]})");
    EXPECT_EQ(toJson(Error{.kind = ErrorKind::Missing, .code = 2, .operation = "\xff"}),
              "{\"kind\":\"Missing\",\"code\":2,\"operation\":\"\xEF\xBF\xBD\",\"object\":\"\",\"meaning\":\"\","
              "\"hint\":\"\"}");
    EXPECT_THAT(toJson(Event(WatchUpdate{.watch = 3, .recovered = true})), testing::HasSubstr(R"("recovered":true)"));
}

} // namespace
} // namespace ipclens
