@parallel @screening
Feature: A bank opens an account only with all facts
  Three sources are asked in parallel what is known of an applicant.

  Rule: The first version decides without the facts

    Background:
      Given the state machine "../scenarios/parallel-enrichment/flawed.asl.json"

    Scenario: All three sources are asked, and the account is opened
      When nothing goes wrong
      Then ScoreCredit is entered
      And ScreenSanctions is entered
      And LoadHistory is entered
      And OpenAccount takes effect once

    Scenario: An account is opened though nobody screened the applicant
      When ScreenSanctions fails with States.Http.StatusCode.503
      Then Collect catches States.Http.StatusCode.503 and goes to AssumeNothingIsKnown
      And OpenAccount takes effect once
      And the execution succeeds
      And there is a high finding of failure-swallowed at Collect

    Scenario: A misspelt name keeps throttling from being retried
      When ScoreCredit is throttled once
      Then ScoreCredit is attempted once
      And there is a finding of error-name-never-matches at ScoreCredit

    @slow
    Scenario: Every applicant waits for a day where the history cannot be read
      When LoadHistory is throttled every time
      Then the execution times out
      And the execution takes 1 day
      And there is a finding of retry-budget at LoadHistory

  Rule: The repaired version hands the rest to a person

    Background:
      Given the state machine "../scenarios/parallel-enrichment/repaired.asl.json"

    Scenario: Nobody is accepted without being screened
      When ScreenSanctions fails with States.Http.StatusCode.503 every time
      Then ScreenSanctions is attempted 5 times
      And OpenAccount is never entered
      And TellReviewers takes effect once
      And the execution fails with NotDecided

    Scenario: A score that is no number is for a person to judge
      Given ScoreCredit returns:
        """
        { "StatusCode": 200, "Payload": { "score": "unknown" } }
        """
      When nothing goes wrong
      Then OpenAccount is never entered
      And the execution fails with NotDecided

    Scenario Outline: A score of <score> with <hits> hits leads to <state>
      Given ScoreCredit returns {"StatusCode": 200, "Payload": {"score": <score>}}
      And ScreenSanctions returns {"StatusCode": 200, "ResponseBody": {"hits": <hits>}}
      When nothing goes wrong
      Then the execution ends in <state>

      Examples:
        | score | hits | state       |
        | 500   | 0    | OpenAccount |
        | 499   | 0    | Decline     |
        | 712   | 1    | Decline     |

    Scenario: An account whose opening timed out is not opened twice
      When OpenAccount never answers once
      Then OpenAccount is attempted twice
      And the request of OpenAccount at $.Payload.idempotencyKey is "open-customer-7"
      And the execution succeeds

    Scenario: Under any single fault no account is opened on a guess
      When any single fault strikes
      Then the execution succeeds or fails with NotDecided
      And every failure is visible
      And there are no findings above low
