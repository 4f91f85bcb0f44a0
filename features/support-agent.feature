@agent @payload @jsonata
Feature: A language model answers a ticket, and may look things up before
  Both versions are written in JSONata.

  Rule: The first version carries along whatever it looked up

    Background:
      Given the state machine "../scenarios/support-agent/flawed.asl.json"

    Scenario: A ticket is answered after one look-up
      When nothing goes wrong
      Then AskModel is entered twice
      And the output at $.messages[3].text is "It is on its way."
      And no payload is larger than 2 KB

    Scenario: A long document is carried along
      Given LookUp returns 60 KB of text at $.Payload.text
      When nothing goes wrong
      Then the output of LookUp is at least 60 KB

    Scenario: A look-up of more than 256 KB ends the execution
      When the result of LookUp is larger than 256 KB
      Then the execution fails with States.DataLimitExceeded
      And no failure is caught

    @slow
    Scenario: Nothing bounds the conversation
      When everything that can go wrong goes wrong
      Then there is a high finding of payload-exceeds-limit at AskModel

  Rule: The repaired version counts its turns and carries keys only

    Background:
      Given the state machine "../scenarios/support-agent/repaired.asl.json"

    Scenario: A ticket is answered after one look-up
      When nothing goes wrong
      Then the execution takes this route:
        | Begin      |
        | AskModel   |
        | IsAnswered |
        | LookUp     |
        | AskModel   |
        | IsAnswered |
        | Answered   |

    Scenario: A model that never stops is asked twelve times, then a person has the ticket
      Given AskModel returns:
        """
        {
          "StatusCode": 200,
          "Payload": { "wants": "more", "message": { "role": "assistant", "text": "Let me see." } }
        }
        """
      When nothing goes wrong
      Then AskModel is entered 12 times
      And HandOver takes effect once
      And the execution fails with NotAnswered
      And no payload is larger than 16 KB

    @slow
    Scenario: Nothing makes the conversation too large
      When everything that can go wrong goes wrong
      Then there is no finding of payload-exceeds-limit
      And there are no findings above low
